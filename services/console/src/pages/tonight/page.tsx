import type { PageContext } from '../../layout/context.js';
import { NightFiles } from '../../layout/night-files.js';
import { linkWith } from '../../layout/parts.js';
import { Alarms } from './alarms.js';
import type { TonightData } from './answer.js';
import { Numbers } from './numbers.js';
import { Stems } from './stems.js';

interface Props {
  readonly data: TonightData;
  readonly params: { readonly only?: string | undefined; readonly vra?: string | undefined };
  readonly context: PageContext;
}

const ONLY = [
  [undefined, 'all stems'],
  ['failed', 'failed'],
  ['pending', 'pending'],
  ['dead', 'given up'],
] as const;

/** For the operator at 4 a.m.: first whether all is well, then where each stem is. */
export function TonightPage({ data, params: { only, vra }, context }: Props) {
  const { url, vras } = context;
  return (
    <article>
      <h1>
        Tonight <span class="quiet">{data.night}</span>
      </h1>
      <div data-live="alarms">
        <Alarms data={data} context={context} />
      </div>
      <div data-live="numbers">
        <Numbers data={data} />
      </div>
      <nav class="choices" aria-label="Which stems">
        {ONLY.map(([value, name]) => (
          <a href={linkWith(url, { only: value })} aria-current={only === value ? 'true' : undefined}>
            {name}
          </a>
        ))}
      </nav>
      {vras.length > 1 && (
        <nav class="choices" aria-label="Which VRA">
          <a href={linkWith(url, { vra: undefined })} aria-current={vra === undefined ? 'true' : undefined}>
            all VRAs
          </a>
          {vras.map(({ name }) => (
            <a href={linkWith(url, { vra: name })} aria-current={vra === name ? 'true' : undefined}>
              {name}
            </a>
          ))}
        </nav>
      )}
      <Stems data={data} only={only} url={url} />
      {data.alerts !== null && data.alerts > 0 && <NightFiles night={data.night} />}
    </article>
  );
}

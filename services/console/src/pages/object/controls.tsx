import { linkWith } from '../../layout/parts.js';
import type { Point, View } from '../../plot/light-curve/photometry.js';
import { BANDS } from '../../plot/symbols.js';
import { bandsWith, USUAL_SNR } from './view.js';

interface Props {
  readonly view: View;
  readonly url: URL;
  readonly points: readonly Point[];
}

/** All that can be chosen of a light curve; each choice is an address. */
export function Controls({ view, url, points }: Props) {
  const { unit, measure, isForcedShown, isNightly, hasErrors } = view;
  const choice = (name: string, value: string | undefined, text: string, isChosen: boolean) => (
    <a href={linkWith(url, { [name]: value })} aria-current={isChosen ? 'true' : undefined}>
      {text}
    </a>
  );
  const turn = (name: string, isOn: boolean, usual: boolean, text: string) =>
    choice(name, isOn === usual ? String(Number(!usual)) : undefined, `${isOn ? '☑' : '☐'} ${text}`, isOn);
  return (
    <>
      <p class="choices">
        <span>Unit:</span>
        {choice('unit', undefined, 'µJy', unit === 'flux')}
        {choice('unit', 'mag', 'AB mag', unit === 'mag')}
        <span>Image:</span>
        {choice('measure', undefined, 'difference', measure === 'difference')}
        {choice('measure', 'science', 'science', measure === 'science')}
        {choice('measure', 'template', 'template', measure === 'template')}
        <span>Show:</span>
        {turn('forced', isForcedShown, true, 'forced')}
        {turn('errors', hasErrors, true, 'error bars')}
        {turn('nights', isNightly, false, 'one point a night')}
      </p>
      <p class="choices">
        <span>Bands:</span>
        {BANDS.map((band) => {
          const count = points.filter((point) => point.band === band).length;
          if (count === 0) return null;
          const isShown = view.bands === null || view.bands.includes(band);
          return choice('bands', bandsWith(view, band), `${isShown ? '☑' : '☐'} ${band} (${count})`, isShown);
        })}
        {choice('bands', undefined, 'all', view.bands === null)}
        {choice('bands', 'none', 'none', view.bands?.length === 0)}
      </p>
      <form class="filters" method="get" action={url.pathname}>
        {[...url.searchParams]
          .filter(([name]) => !['snr', 'from', 'to'].includes(name))
          .map(([name, value]) => (
            <input type="hidden" name={name} value={value} />
          ))}
        <label>
          Limits at S/N{' '}
          <input
            type="number"
            name="snr"
            min="1"
            max="10"
            step="any"
            value={String(view.snr)}
            placeholder={String(USUAL_SNR)}
          />
        </label>
        <label>
          From MJD <input inputmode="decimal" name="from" value={view.from === null ? '' : String(view.from)} />
        </label>
        <label>
          to <input inputmode="decimal" name="to" value={view.to === null ? '' : String(view.to)} />
        </label>
        <button type="submit">Show</button>
      </form>
    </>
  );
}

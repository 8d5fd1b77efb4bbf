import { stabilityMeaning } from '@lvra/operations';
import { Count, Unknown } from '../../layout/parts.js';
import { TableHead } from '../../layout/table-head.js';
import { Wide } from '../../layout/wide.js';
import type { VersionData } from './answers.js';

const STABILITY = {
  stable: ['good', '✓', 'stable'],
  shifted: ['warn', '◐', 'shifted'],
  changed: ['bad', '✗', 'changed'],
} as const;

/** A population stability index, and what it says. */
export function Stability({ psi }: { psi: number | null }) {
  if (psi === null) return <Unknown why="too few scores to tell" />;
  const [style, symbol, word] = STABILITY[stabilityMeaning(psi)];
  return (
    <span class={style}>
      <span aria-hidden="true">{symbol}</span> {word} <span class="number">{psi.toFixed(3)}</span>
    </span>
  );
}

export function modelAddress(vra: string, version: string): string {
  return `/models/${encodeURIComponent(vra)}?version=${encodeURIComponent(version)}`;
}

interface Props {
  readonly vra: string;
  readonly versions: readonly VersionData[];
  /** The one whose page this is. */
  readonly shown?: string;
}

/** The versions of a VRA's model: those with a file, and those with scores. */
export function VersionTable({ vra, versions, shown }: Props) {
  const caption = `Versions of ${vra}`;
  return (
    <Wide label={caption}>
      <table>
        <caption>{caption}</caption>
        <TableHead of={['version', 'use', ['file', 'extra'], 'made', ['features', 'extra'], 'scores', 'UTC dates']} />
        <tbody>
          {versions.map(({ version, isInUse, file, created, features, scores, firstNight, lastNight }) => (
            <tr data-key={version}>
              <th scope="row">
                <a href={modelAddress(vra, version)} aria-current={version === shown ? 'true' : undefined}>
                  {version}
                </a>
              </th>
              <td>
                <Use isInUse={isInUse} hasFile={file !== null} />
              </td>
              <td class="extra">{file ?? <Unknown why="no file seen from here" />}</td>
              <td>{created === null ? <Unknown /> : <time datetime={created}>{created.slice(0, 10)}</time>}</td>
              <td class="extra">{features ?? <Unknown />}</td>
              <td>
                <Count of={scores} />
              </td>
              <td>{firstNight === null ? <Unknown why="no score was counted" /> : nightsOf(firstNight, lastNight)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}

function Use({ isInUse, hasFile }: { isInUse: boolean; hasFile: boolean }) {
  if (isInUse) {
    return (
      <span class="good">
        <span aria-hidden="true">✓</span> in use
      </span>
    );
  }
  return hasFile ? <span class="quiet">kept</span> : <span class="quiet">no file</span>;
}

export function nightsOf(first: string, last: string | null): string {
  return last === null || last === first ? first : `${first} to ${last}`;
}

/** What is wrong with the files, and that the wanted version is none of them. */
export function FileFaults({ vra, versions, wantedVersion, unusable }: FaultsProps) {
  const isThere = versions.some(({ isInUse }) => isInUse);
  return (
    <>
      {!isThere && (
        <p class="message warn">
          <strong>{`${vra} ${wantedVersion}`}</strong>, which MODEL_VERSION asks for, is not among the files that the
          console sees. If predict has it, mount its folder here too, read-only; if not,{' '}
          <code>lvra model use {vra}</code> chooses one that is there.
        </p>
      )}
      {unusable.length > 0 && (
        <section class="message warn" aria-label="Files that cannot be used">
          <p>Not to be used:</p>
          <ul>
            {unusable.map((line) => (
              <li>{line}</li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

interface FaultsProps extends Omit<Props, 'shown'> {
  readonly wantedVersion: string;
  readonly unusable: readonly string[];
}

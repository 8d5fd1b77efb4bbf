import { Count, Instant, StemLink, Unknown } from '../../layout/parts.js';
import { TableHead } from '../../layout/table-head.js';
import { Wide } from '../../layout/wide.js';
import type { ObjectAnswer } from './answer.js';

/** How often the object was brighter than each magnitude. */
export function FlagTable({ flags }: { flags: ObjectAnswer['flags'] }) {
  const caption = 'How many of its sources were brighter, as its newest alerts told: first time in bold';
  const magnitudes = flags[0]?.thresholds.map(({ magnitude }) => magnitude) ?? [];
  return (
    <Wide label={caption}>
      <table>
        <caption>{caption}</caption>
        <TableHead
          of={[
            'stem',
            ...magnitudes.map((magnitude) => [`< ${magnitude} mag`, 'number'] as const),
            ['source', 'extra'],
          ]}
        />
        <tbody>
          {flags.map(({ stem, diaSourceId, thresholds }) => (
            <tr>
              <th scope="row">
                <StemLink stem={stem} />
              </th>
              {thresholds.map(({ brighter, isFirst }) => (
                <td class="number">
                  {isFirst ? (
                    <strong>
                      <Count of={brighter} /> first
                    </strong>
                  ) : (
                    <Count of={brighter} />
                  )}
                </td>
              ))}
              <td class="extra">
                <span class="id">{diaSourceId ?? 'unknown'}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}

export function ReportTable({ reports }: { reports: ObjectAnswer['tns'] }) {
  if (reports.length === 0) return <p class="none">We have not reported it to TNS.</p>;
  return (
    <Wide label="Reports to TNS, oldest first">
      <table>
        <caption>Reports to TNS, oldest first</caption>
        <TableHead of={['sent (UTC)', 'site', 'as', 'outcome', 'name there', 'detail']} />
        <tbody>
          {reports.map(({ sentAt, site, internalName, outcome, objname, detail }) => (
            <tr>
              <td>
                <Instant at={sentAt} withDate />
              </td>
              <td>{site}</td>
              <td>{internalName}</td>
              <td>{outcome?.replaceAll('_', ' ') ?? 'no answer yet'}</td>
              <td>{objname ?? <Unknown />}</td>
              <td>{detail}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}

import { TableHead } from '../../layout/table-head.js';

const KEYS = [
  ['j', 'the next row of a table'],
  ['k', 'the row before'],
  ['Enter', 'open the row'],
  ['o', 'the object at Lasair'],
  ['x', 'mark the row as seen, in this browser, and go on to the next'],
  ['1, 2', 'label the object of the row, where actions are on: the labels stand above the table'],
  ['u', 'take the last label or mark back'],
  ['/', 'search'],
  ['?', 'these keys'],
] as const;

/** What the keyboard does; the script shows it over a page. */
export function KeysPage() {
  return (
    <article data-keys="">
      <h1>Keys</h1>
      <table>
        <caption>Single keys, wherever nothing is being written</caption>
        <TableHead of={['key', 'what it does']} />
        <tbody>
          {KEYS.map(([key, what]) => (
            <tr>
              <th scope="row">
                <kbd>{key}</kbd>
              </th>
              <td>{what}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p hidden>
        <label>
          <input type="checkbox" data-keys-on="" checked /> single keys are on, in this browser
        </label>
      </p>
      <p class="note">
        In a plot, the line below tells of the mark that is nearest to the pointer; a stroke over the plot shows those
        times alone, a double click all of them again. The fields above the plot do the same.
      </p>
    </article>
  );
}

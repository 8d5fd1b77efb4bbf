import type { Child } from 'hono/jsx';

/** The name of a column, and its classes where it has some: `number` stands to the right, `extra` only where there is room. */
export type Column = string | readonly [name: Child, classes?: string];

/** The names of a table's columns. */
export function TableHead({ of }: { of: readonly Column[] }) {
  return (
    <thead>
      <tr>
        {of.map((column) => {
          const [name, classes] = typeof column === 'string' ? [column] : column;
          return (
            <th scope="col" class={classes}>
              {name}
            </th>
          );
        })}
      </tr>
    </thead>
  );
}

import type { Insert, List, Question, Shape, Statement, Value, Values } from '../statements.js';
import type { Connection, Prepared } from './driver.js';
import { storageError } from './errors.js';

type Bound = Readonly<Record<string, Value>> | Value;

/** Executes the ledger's statements, each prepared once. */
export class PreparedStatements {
  readonly #connection: Connection;
  readonly #prepared: Record<Shape | 'run', Map<string, Prepared>> = {
    object: new Map(),
    array: new Map(),
    value: new Map(),
    run: new Map(),
  };

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  get<Row>(question: Question<Row>, values: Values): Row | undefined {
    try {
      return this.#question(question).get(...bound(values)) as Row | undefined;
    } catch (error) {
      throw storageError(this.#connection.name, error);
    }
  }

  all<Row>(question: Question<Row>, values: Values): Row[] {
    try {
      return this.#question(question).all(...bound(values)) as Row[];
    } catch (error) {
      throw storageError(this.#connection.name, error);
    }
  }

  run({ sql }: Statement, values: Values): number {
    try {
      return this.#statement('run', sql).run(...bound(values)).changes;
    } catch (error) {
      throw storageError(this.#connection.name, error);
    }
  }

  each({ sql }: Insert, rows: readonly Values[]): number {
    try {
      const prepared = this.#statement('run', sql);
      let changes = 0;
      for (const row of rows) changes += prepared.run(...row).changes;
      return changes;
    } catch (error) {
      throw storageError(this.#connection.name, error);
    }
  }

  #question({ sql, shape, smallIntegers }: Question<unknown>): Prepared {
    const before = this.#prepared[shape].get(sql);
    if (before) return before;
    const prepared = this.#statement(shape, sql);
    if (shape === 'array') prepared.raw();
    if (shape === 'value') prepared.pluck();
    return smallIntegers ? prepared.safeIntegers(false) : prepared;
  }

  #statement(shape: Shape | 'run', sql: string): Prepared {
    const before = this.#prepared[shape].get(sql);
    if (before) return before;
    const prepared = this.#connection.prepare(withLists(sql));
    this.#prepared[shape].set(sql, prepared);
    return prepared;
  }
}

/** A list is bound as JSON, of which SQLite makes a table. */
function withLists(sql: string): string {
  return sql.replace(/\bIN (@\w+)/g, 'IN (SELECT value FROM json_each($1))');
}

function bound(values: Values): readonly Bound[] {
  const [named] = values;
  if (named === null || typeof named !== 'object' || named instanceof Uint8Array) return values as readonly Value[];
  const lists = Object.entries(named).filter((entry): entry is [string, List] => Array.isArray(entry[1]));
  if (lists.length === 0) return [named as Readonly<Record<string, Value>>];
  return [{ ...named, ...Object.fromEntries(lists.map(([name, list]) => [name, asJson(list)])) } as Bound];
}

/** Every digit of an id stays. */
function asJson(list: List): string {
  return `[${list.map((value) => (typeof value === 'bigint' ? value : JSON.stringify(value))).join(',')}]`;
}

import { FORMAT_NAMES, type FormatName, type Table } from '@lvra/export';
import type { Look } from '@lvra/operations';
import type { Child } from 'hono/jsx';
import type { z } from 'zod';
import type { PageContext } from '../layout/context.js';

/** What a resource is asked with: the parts of its path and its query, both as text. */
export type Params = z.ZodObject;

/** One cell of a CSV file. */
export type Cell = string | number | boolean | null;

/** The rows of a CSV file, the first with the names. */
export interface CsvAnswer {
  readonly rows: Iterable<readonly Cell[]>;
  /** What should be among them and is not, and why; null if nothing is known to be. */
  readonly missing: string | null;
}

export interface TableAnswer {
  readonly table: Table;
  /** Of the file, without its ending. */
  readonly fileName: string;
  /** As of a CSV. */
  readonly missing: string | null;
}

/** The formats in which the API has a resource, besides JSON. */
export function formatsOf({ csv, table }: Pick<Resource, 'csv' | 'table'>): readonly FormatName[] {
  if (table) return FORMAT_NAMES;
  return csv ? ['csv'] : [];
}

/** What a page is made of. */
export interface PageProps<P extends Params, A extends z.ZodType> {
  readonly data: z.output<A>;
  readonly params: z.output<P>;
  readonly context: PageContext;
}

/**
 * Something to look at: one definition gives the page for people at `path`, the data for programs at `/api/v1` + `path`, the
 * checks of what either is asked with, and its part of the OpenAPI document.
 */
export interface Resource<P extends Params = Params, A extends z.ZodType = z.ZodType> {
  /** Such as `/stems/:stem`. */
  readonly path: string;
  /** What it is, in a line, for the OpenAPI document. */
  readonly summary: string;
  /** Every part of the path and every name of the query; those of the query have a default or are optional. */
  readonly params: P;
  /** The form of the data: ids are decimal strings, times ISO 8601 in UTC, and what is unknown is null. */
  readonly answer: A;
  /** @throws NotFound if there is no such thing */
  read(look: Look, params: z.output<P>): Promise<z.output<A>>;
  /** Where the page is that shows it; a path of ours, or undefined if it is this one. */
  elsewhere?(data: z.output<A>): string | undefined;
  /** What stands in the browser's tab. */
  title(data: z.output<A>): string;
  Page(props: PageProps<P, A>): Child;
  /** The data as CSV; `?format=csv` of the API answers with it. */
  csv?(look: Look, params: z.output<P>): Promise<CsvAnswer>;
  /** The data as a table of some thousand rows at most; `?format=` of the API answers with it in any of the formats of exports. */
  table?(look: Look, params: z.output<P>): Promise<TableAnswer>;
}

/** Keeps the types of a definition together. */
export function resource<P extends Params, A extends z.ZodType>(definition: Resource<P, A>): Resource {
  return definition as unknown as Resource;
}

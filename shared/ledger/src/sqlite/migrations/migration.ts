/** A step of the ledger's schema. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
}

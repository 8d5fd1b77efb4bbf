/** Where schemas come from. */
export interface SchemaSource {
  /** For logs: an address or a folder. */
  readonly where: string;
  /**
   * Asks for the schema of an id.
   *
   * @returns its JSON text; undefined if the source answers that it has none
   * @throws SchemaUnusable if what it has is not a schema; anything else if the source cannot be reached
   */
  fetch(id: number): Promise<string | undefined>;
}

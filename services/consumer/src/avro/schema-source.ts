/** Where schemas come from. */
export interface SchemaSource {
  /** For logs: an address or a folder. */
  readonly where: string;
  /**
   * Asks for the schema of an id.
   *
   * @returns its JSON text; undefined where the far side answers that it has none
   * @throws SchemaUnusable where what it has is no schema; anything else where the far side cannot be asked
   */
  fetch(id: number): Promise<string | undefined>;
}

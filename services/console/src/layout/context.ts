/** What every page knows besides its data. */
export interface PageContext {
  /** production or development. */
  readonly profile: string;
  /** Of this release. */
  readonly version: string;
  readonly vras: readonly { readonly name: string; readonly modelVersion: string; readonly isDemo: boolean }[];
  /** Grafana's address. */
  readonly grafana: string | undefined;
  readonly hasActions: boolean;
  /** Who looks; undefined where nobody signs in. */
  readonly user: string | undefined;
  /** The address of the page, path and query, as it was asked for. */
  readonly url: URL;
  /** Where the sheet and the script are; their names change with their content. */
  readonly assets: Assets;
}

export interface Assets {
  readonly style: string;
  readonly script: string;
}

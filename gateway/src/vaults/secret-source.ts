/** A vault outside of the node: where whole secrets are fetched. */
export interface SecretSource {
  /** For messages; nothing secret. */
  readonly name: string;
  /**
   * @param secret its name; may have slashes
   * @throws SecretMissing when there is no such secret; any other error when it could not be read
   */
  fetch(secret: string, version: string | undefined, signal: AbortSignal): Promise<string>;
  close?(): void;
}

/** The vault answered that it has no such secret. */
export class SecretMissing extends Error {}

/** The last value may not be used any longer, and there is no newer one. */
export class SecretExpired extends Error {}

/** How long values are used. Seconds, as configurations of vaults have them. */
export interface Lifetimes {
  readonly ttl: number;
  readonly neg_ttl: number;
  readonly resurrect_ttl: number;
}

/** Certificates that control planes reject although an authority that they trust issued them. */

/** By what identifies them: all certificates with a common name, or single ones. */
export interface RevokedCertificates {
  /** In lower case. */
  readonly commonNames: readonly string[];
  /** Hexadecimal, upper case, without leading zeros. */
  readonly serialNumbers: readonly string[];
}

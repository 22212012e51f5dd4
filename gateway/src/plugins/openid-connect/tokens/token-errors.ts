/** Why a request may not pass. */

/** The token, or what stands for it, is not valid. */
export class TokenRefused extends Error {
  /** @param message what is wrong with it, for the log and for `display_errors`: never with a part of the token */
  constructor(message: string) {
    super(message);
    this.name = 'TokenRefused';
  }
}

/** The token is valid, and does not allow this request. */
export class NotAllowed extends Error {
  /** Error code of RFC 6750. */
  readonly code: 'insufficient_scope' | undefined;

  constructor(message: string, code?: 'insufficient_scope') {
    super(message);
    this.name = 'NotAllowed';
    this.code = code;
  }
}

/** The provider does not answer, or not with what it should: a token can be neither accepted nor refused. */
export class ProviderUnavailable extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ProviderUnavailable';
  }
}

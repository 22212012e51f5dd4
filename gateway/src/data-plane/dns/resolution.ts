/** What a name stands for, and how it is found out. */

export interface ResolvedAddress {
  readonly ip: string;
  /** Of an SRV record. @default - the port that the name was given with */
  readonly port?: number;
  /** Of an SRV record; 0 counts as 1. @default - that of whatever has the name */
  readonly weight?: number;
}

export interface Resolution {
  readonly addresses: readonly ResolvedAddress[];
  /** Milliseconds since 1970 after which it is to be found out again. */
  readonly expiresAt: number;
  /** Kind of the records that gave the addresses. */
  readonly type: 'A' | 'AAAA' | 'SRV';
}

export interface Resolver {
  /** Resolves a name. @throws NameError */
  resolve(name: string): Promise<Resolution>;
  /** What a name stands for, where no server has to be asked. @throws NameError that is known, too */
  known?(name: string): Resolution | undefined;
}

/** A name has no addresses, or no server could tell. */
export class NameError extends Error {
  /**
   * @param retryAt milliseconds since 1970 before which asking again is of no use
   * @param isGone whether a server has said that there are no addresses
   */
  constructor(message: string, readonly retryAt: number, readonly isGone = false) {
    super(message);
  }
}

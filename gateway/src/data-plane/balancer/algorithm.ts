/** How one of several addresses is chosen for a request. */
import type { Address } from './address.ts';

/** The addresses of one target, in the order in which they were resolved. */
export interface TargetAddresses {
  /** Name or address, and port, as configured. */
  readonly host: string;
  readonly port: number;
  readonly addresses: readonly Address[];
}

/** What an algorithm knows of a request. */
export interface Choice {
  /** What the hash is made of; one character for each byte. */
  readonly hashInput: string;
  /** Addresses that failed this request before. */
  readonly failed: ReadonlySet<Address>;
}

export interface Algorithm {
  /** Chooses among what is available. @returns `undefined` when nothing is */
  choose(choice: Choice): Address | undefined;
  /** A request has got its answer from an address. @param ms from connecting to the head of the answer */
  answered?(address: Address, ms: number): void;
}

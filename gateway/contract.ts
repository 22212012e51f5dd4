/** What the gateway shares with the constructs; the only file that looks out of gateway/. */
export * from '../src/private/contract.ts';

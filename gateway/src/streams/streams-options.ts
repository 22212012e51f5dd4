/** What streams of connections and of datagrams need of the node. */
import type { Log } from '../base/log.ts';
import type { CompiledConfiguration } from '../data-plane/compiled-configuration.ts';
import type { UpstreamStreamsOptions } from './upstream-stream.ts';

export interface StreamsOptions extends UpstreamStreamsOptions {
  readonly log: Log;
  /** Whether one direction of a stream goes on when the other has ended. */
  readonly halfClose: boolean;
  /** `undefined`: every load balancer may say whose connection it passes on, and none is believed. */
  readonly isTrusted: ((address: string) => boolean) | undefined;
  /** What runs now; a stream keeps what it began with. */
  configuration(): CompiledConfiguration | undefined;
}

/** Connects a stream to one peer of its service after another, until one accepts. */
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

import { messageOf } from '../base/errors.ts';
import { hashInputOf } from '../data-plane/balancer/hash-input.ts';
import { BalancedSelection, HostSelection } from '../data-plane/balancer/peer-selection.ts';
import type { Peer, PeerSelection } from '../data-plane/balancer/peer-selection.ts';
import type { UpstreamBalancers } from '../data-plane/balancer/upstream-balancers.ts';
import type { Resolver } from '../data-plane/dns/resolution.ts';
import { serviceTlsOf } from '../data-plane/http/service-tls.ts';
import type { UpstreamTls } from '../data-plane/http/upstream-tls.ts';
import type { Service } from '../model/snapshot.ts';
import type { StreamSession } from './stream-session.ts';

export interface UpstreamStreamsOptions {
  readonly balancers: UpstreamBalancers;
  readonly resolver: Resolver;
  readonly tls: UpstreamTls;
}

/** An open connection, and the selection that its target counts in until `end`. */
export interface ConnectedUpstream {
  readonly socket: Socket;
  readonly peers: PeerSelection;
}

class ConnectError extends Error {
  constructor(readonly kind: 'tcp' | 'timeout', cause: unknown) {
    super(messageOf(cause));
  }
}

/** The targets of the upstream with the service's host as name, else that host itself. */
export function peersOf(service: Service, session: StreamSession, { balancers, resolver }: UpstreamStreamsOptions): PeerSelection {
  const balancer = balancers.named(service.host);
  if (balancer === undefined) return new HostSelection(service.host, service.port, resolver);
  return new BalancedSelection(balancer, hashInputOf(balancer.settings, {
    clientIp: session.clientIp, path: '', consumerId: undefined, credentialId: undefined,
    headerValues: () => [], queryValues: () => [], capture: () => undefined,
  }));
}

/** @param isGone whether the client is: then nothing is tried any more @returns why there is none, as text */
export async function connectUpstream(
  service: Service, session: StreamSession, options: UpstreamStreamsOptions, isGone: () => boolean,
): Promise<ConnectedUpstream | string> {
  const peers = peersOf(service, session, options);
  let failure = 'no target is available';
  for (let left = service.retries; left >= 0; left -= 1) {
    const begun = performance.now();
    const peer = await peers.next();
    if (isGone()) break;
    if ('none' in peer) {
      failure = session.tries!.length > 0 ? failure : peer.cause ?? failure;
      break;
    }
    const chosen = performance.now();
    const { ip, port, hostname } = peer;
    const one = { ip, port, hostname, startedAt: performance.timeOrigin + begun, balancerMs: chosen - begun };
    session.tries!.push(one);
    session.countUpstream();
    try {
      const socket = await open(service, peer, session, options);
      peers.answered(200, performance.now() - chosen);
      session.connected();
      return { socket, peers };
    } catch (error) {
      const { kind, message } = error as ConnectError;
      failure = `${ip}:${port}: ${message}`;
      peers.failed(kind);
      // As in Kong, the last try has no result of its own: the status of the stream is its result.
      if (left > 0) session.tries![session.tries!.length - 1] = { ...one, failed: kind === 'timeout' ? 504 : 502 };
    }
    if (isGone()) break;
  }
  peers.end();
  return failure;
}

/** Rejects with a ConnectError. */
function open(service: Service, { ip, port }: Peer, session: StreamSession, options: UpstreamStreamsOptions): Promise<Socket> {
  return new Promise((resolve, reject) => {
    let socket: Socket;
    try {
      const isTls = service.protocol === 'tls';
      const place = { host: ip, port, allowHalfOpen: true };
      socket = isTls ? connectTls({ ...place, ...tlsOptions(service, session, options) }) : connect(place);
      socket.once(isTls ? 'secureConnect' : 'connect', () => {
        clearTimeout(timer);
        socket.off('error', fail).off('close', close);
        // TLS of Node reads ahead: nothing may get lost before the relay listens.
        socket.pause();
        resolve(socket);
      });
    } catch (error) {
      return void reject(new ConnectError('tcp', error));
    }
    const fail = (error: unknown) => {
      clearTimeout(timer);
      socket.off('close', close).on('error', () => undefined).destroy();
      reject(error instanceof ConnectError ? error : new ConnectError('tcp', error));
    };
    const close = () => fail(new Error('the connection was closed'));
    const timer = setTimeout(() => fail(new ConnectError('timeout', new Error('no connection in time'))), service.connectTimeoutMs);
    socket.once('error', fail).once('close', close);
    return undefined;
  });
}

function tlsOptions(service: Service, { configuration }: StreamSession, { balancers, tls }: UpstreamStreamsOptions) {
  const upstream = balancers.named(service.host)?.settings;
  return tls.connection(service, upstream?.host_header ?? service.host, serviceTlsOf(configuration, service, upstream));
}

/** Everything that a node under replay talks to: recording upstreams, sinks, ports that cannot be reached, Redis. */
import { createSelfSignedCertificate } from '../../../../src/base/self-signed-certificate.ts';
import type { UpstreamScripts } from '../../suite.ts';
import type { Pki } from '../templates.ts';
import { startEchoServers } from './echo-servers.ts';
import { startGrpcUpstreams } from './grpc-upstreams.ts';
import type { GrpcUpstreams } from './grpc-upstreams.ts';
import { startTcpSink, startUdpSink } from './line-sinks.ts';
import type { LineSink } from './line-sinks.ts';
import { RecordingUpstream } from './recording-upstream.ts';
import type { Received } from './recording-upstream.ts';
import { startRedisServers } from './redis-servers.ts';
import type { RedisServer } from './redis-servers.ts';
import { startTlsUpstreams } from './tls-upstreams.ts';
import { closedPort, startBlackhole } from './unreachable-ports.ts';
import { startWebSocketUpstream } from './websocket-upstream.ts';
import type { WebSocketUpstream } from './websocket-upstream.ts';

const SLOTS = ['u0', 'u1', 'u2', 'u3', 'u4', 'u5', 'u6', 'u7'] as const;

/** The first of the ports that the recorded upstreams had: orders of consistent hashing depend on them. */
const RECORDED_PORT = 21_000;

/** How long another replay may keep the recorded ports. Milliseconds. */
const TURN_LIMIT_MS = 600_000;

export interface Counterparts {
  /** By the name that the templates use. */
  readonly ports: Readonly<Record<string, number>>;
  /** What upstreams got, in order. */
  readonly received: Received[];
  readonly sinks: { readonly tcp: LineSink; readonly udp: LineSink };
  readonly webSockets: WebSocketUpstream;
  /** Absent where no case of the group speaks gRPC. */
  readonly grpc: GrpcUpstreams | undefined;
  readonly redis: { readonly redis: RedisServer; readonly redispw: RedisServer } | undefined;
  /** Sets what upstreams answer; the other ones keep their scripts. */
  answer(scripts: UpstreamScripts): void;
  /** Forgets scripts and what came. */
  reset(scripts?: UpstreamScripts): void;
  clear(): void;
  close(): Promise<void>;
}

export interface CounterpartsOptions {
  /** Upstreams get the ports that they had when recorded: waits until these are free. */
  readonly recordedPorts?: boolean;
  /** Start Redis servers, which have to be installed. */
  readonly redis?: boolean;
  /** Certificates of upstreams that check the handshake. Absent: there are none. */
  readonly pki?: Pki | undefined;
}

export async function startCounterparts(options: CounterpartsOptions): Promise<Counterparts> {
  const { recordedPorts = false, redis: withRedis = false, pki } = options;
  const received: Received[] = [];
  const record = (request: Received) => void received.push(request);
  const upstreams = SLOTS.map((slot) => new RecordingUpstream(slot, record));
  for (const [index, upstream] of upstreams.entries()) {
    if (recordedPorts) await startWhenFree(upstream, RECORDED_PORT + index);
    else await upstream.start();
  }
  const { certificate, key } = await createSelfSignedCertificate({ commonName: 'localhost' });
  const secure = new RecordingUpstream('tls', record, { cert: certificate, key });
  await secure.start();
  upstreams.push(secure);
  const sinks = { tcp: await startTcpSink(), udp: await startUdpSink() };
  const blackhole = await startBlackhole();
  const webSockets = await startWebSocketUpstream();
  const handshakes = pki && await startTlsUpstreams(pki);
  const echoes = pki && await startEchoServers(pki);
  const grpc = pki && await startGrpcUpstreams({ cert: certificate, key });
  const redis = withRedis ? await startRedisServers() : undefined;
  const clear = () => {
    received.splice(0);
    sinks.tcp.clear();
    sinks.udp.clear();
  };
  const answer = (scripts: UpstreamScripts) => {
    for (const upstream of upstreams) if (scripts[upstream.slot] !== undefined) upstream.answer(scripts[upstream.slot]!);
  };
  return {
    ports: {
      ...Object.fromEntries(upstreams.map(({ slot, port }) => [slot, port])), ...handshakes?.ports, ...grpc?.ports, ...echoes?.ports,
      ...redis && { redis: redis.redis.port, redispw: redis.redispw.port },
      ws: webSockets.port, tcp: sinks.tcp.port, udp: sinks.udp.port, blackhole: blackhole.port, closed: await closedPort(),
    },
    received,
    sinks,
    webSockets,
    grpc,
    redis,
    answer,
    reset: (scripts = {}) => {
      for (const upstream of upstreams) upstream.answer({});
      answer(scripts);
      clear();
    },
    clear,
    close: async () => {
      await Promise.all([
        ...upstreams.map((upstream) => upstream.stop()), sinks.tcp.close(), sinks.udp.close(), blackhole.close(), webSockets.close(),
        handshakes?.close(), grpc?.close(), echoes?.close(), redis?.redis.close(), redis?.redispw.close(),
      ]);
    },
  };
}

/** Another replay may have the port: replays take turns. @throws Error it is not free for too long */
async function startWhenFree(upstream: RecordingUpstream, port: number): Promise<void> {
  for (const deadline = Date.now() + TURN_LIMIT_MS; ;) {
    try {
      return await upstream.start(port);
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

/** The kinds of steps, by the field that names them. */
import type { UpstreamScripts } from '../../suite.ts';
import { pause } from '../replay-context.ts';
import type { ObservingStep, SilentStep } from '../replay-context.ts';
import { adminStep, cfgStep, wipeStep } from './admin-step.ts';
import { alignStep } from './clock-steps.ts';
import { collectStep } from './collect-step.ts';
import { grpcSeenStep, grpcStep } from './grpc-step.ts';
import { httpStep } from './http-step.ts';
import { metricsStep } from './metrics-step.ts';
import { redisCommandStep, redisKillStep, redisStep } from './redis-steps.ts';
import { burstStep, pollStep } from './repeated-requests.ts';
import { sinkStep } from './sink-step.ts';
import { tcpStep } from './tcp-step.ts';
import { abortStep } from './telemetry-requests.ts';
import { handshakeStep, plainOnTlsStep } from './tls-steps.ts';
import { webSocketStep } from './websocket-step.ts';

export const OBSERVING: Readonly<Record<string, ObservingStep>> = {
  admin: adminStep,
  http: httpStep,
  send: httpStep,
  burst: burstStep,
  poll: pollStep,
  sink: sinkStep,
  collect: collectStep,
  metrics: metricsStep,
  redis: redisStep,
  redis_cmd: redisCommandStep,
  ws: webSocketStep,
  tcp: tcpStep,
  grpc: grpcStep,
  grpc_seen: grpcSeenStep,
  handshake: handshakeStep,
  plain_on_tls: plainOnTlsStep,
};

export const SILENT: Readonly<Record<string, SilentStep>> = {
  up: async ({ up }, { counterparts }) => counterparts.answer(up as UpstreamScripts),
  cfg: cfgStep,
  abort: abortStep,
  wipe: wipeStep,
  align: alignStep,
  redis_kill: redisKillStep,
  sleep: ({ sleep }) => pause(sleep as number),
  clear: async (_, { counterparts }) => counterparts.clear(),
};

/** The kinds of steps, by the field that names them. */
import type { UpstreamScripts } from '../../suite.ts';
import { pause } from '../replay-context.ts';
import type { ObservingStep, SilentStep } from '../replay-context.ts';
import { adminStep, cfgStep } from './admin-step.ts';
import { httpStep } from './http-step.ts';
import { burstStep, pollStep } from './repeated-requests.ts';
import { sinkStep } from './sink-step.ts';

export const OBSERVING: Readonly<Record<string, ObservingStep>> = {
  admin: adminStep,
  http: httpStep,
  send: httpStep,
  burst: burstStep,
  poll: pollStep,
  sink: sinkStep,
};

export const SILENT: Readonly<Record<string, SilentStep>> = {
  up: async ({ up }, { counterparts }) => counterparts.answer(up as UpstreamScripts),
  cfg: cfgStep,
  sleep: ({ sleep }) => pause(sleep as number),
  clear: async (_, { counterparts }) => counterparts.clear(),
};

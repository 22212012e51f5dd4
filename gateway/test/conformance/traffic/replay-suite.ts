/** Replays one suite: a node of its own, the configuration, and the cases in order. */
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import type { Observation, Step, Suite, TrafficCase } from '../suite.ts';
import type { Counterparts } from './counterparts/counterparts.ts';
import { exchange } from './raw-client.ts';
import { pause } from './replay-context.ts';
import type { ReplayContext } from './replay-context.ts';
import { startReplayNode } from './replay-node.ts';
import type { ReplayNode } from './replay-node.ts';
import { configure, deleteMade } from './steps/admin-step.ts';
import { OBSERVING, SILENT } from './steps/steps.ts';
import { usualRequest } from './steps/telemetry-requests.ts';
import { fill } from './templates.ts';
import type { Pki } from './templates.ts';
import { untilQuiet } from './until-quiet.ts';

export interface SuiteOptions {
  readonly counterparts: Counterparts;
  readonly pki?: Pki | undefined;
  /** Settings of the node in addition to the usual ones. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The recording is of telemetry. */
  readonly isTelemetry?: boolean;
  /** Cases to run. @default - all */
  readonly only?: (id: string) => boolean;
}

export interface CaseResult {
  readonly id: string;
  /** Empty: as recorded. */
  readonly differences: readonly string[];
}

export interface SuiteResult {
  readonly id: string;
  readonly cases: readonly CaseResult[];
  /** Requests of the configuration that the Admin API refused. */
  readonly refusals: readonly string[];
}

/** Of a group without certificates. */
const NO_PKI: Pki = (name) => {
  throw new Error(`the recording has no certificate ${name}`);
};

/** Silence after which everything has come that warming sent. Seconds. */
const SETTLE = 0.5;

/** Time limit of a case, without the pauses that it makes. Seconds. */
const CASE_LIMIT = 40;

/** How often a case on an edge of the wall clock is run again, on a new node, before its differences count. */
const EDGE_RETRIES = 2;

function isOnEdge({ steps }: TrafficCase): boolean {
  return steps.some((step) => 'align' in step);
}

export async function replaySuite(suite: Suite, options: SuiteOptions): Promise<SuiteResult> {
  const wanted = suite.cases.filter(({ id }) => options.only?.(id) ?? true);
  const cases: CaseResult[] = [];
  const refusals = new Set<string>();
  let context: ReplayContext | undefined;
  try {
    for (const traffic of wanted) {
      context ??= await begin(suite, options, refusals);
      let differences = await differencesOfCase(traffic, suite, context);
      // Where a case is on an edge of the wall clock, a machine that stalls moves its requests behind the edge.
      for (let again = 0; differences.length > 0 && again < EDGE_RETRIES && isOnEdge(traffic); again += 1) {
        await context.node.close();
        context = await begin(suite, options, refusals);
        differences = await differencesOfCase(traffic, suite, context);
      }
      cases.push({ id: traffic.id, differences });
      if (suite.fresh === true || traffic.fresh === true) {
        await context.node.close();
        context = undefined;
      }
    }
  } finally {
    await context?.node.close();
  }
  return { id: suite.id, cases, refusals: [...refusals] };
}

async function begin(suite: Suite, options: SuiteOptions, refusals: Set<string>): Promise<ReplayContext> {
  const { counterparts, settings, pki = NO_PKI, isTelemetry = false } = options;
  counterparts.reset(suite.up);
  const node = await startReplayNode(settings);
  const ports = { ...counterparts.ports, ...node.ports };
  const context: ReplayContext = {
    node, counterparts, ports, values: valuesOf(node, ports), pki, bindings: new Map(), grabbed: new Map(), made: [], marks: new Map(),
    fileSizes: new Map(), isTelemetry, found: [],
  };
  writeFiles(suite, node.folder);
  for (const refusal of await configure(context, fill(suite.config, context.values, pki))) refusals.add(refusal);
  await warm(suite, context);
  return context;
}

/** Sends what is sent before the first case, and waits until the sinks are quiet. */
async function warm({ warm: requests = [], settle = SETTLE }: Suite, { node, counterparts }: ReplayContext): Promise<void> {
  if (requests.length === 0) return;
  for (const request of requests) await exchange({ requests: [usualRequest(request)] }, { ports: node.ports, expected: 'open' });
  const { received, sinks } = counterparts;
  await pause(settle);
  await untilQuiet(() => received.length + sinks.udp.received.length + sinks.tcp.received.length, { wait: 0, settle });
  counterparts.clear();
}

function valuesOf(node: ReplayNode, ports: Readonly<Record<string, number>>): Map<string, string | number> {
  return new Map<string, string | number>([...Object.entries(ports), ['host', '127.0.0.1'], ['tmp', node.folder]]);
}

/** How a case differs from its recording. What goes wrong is a difference, too. */
async function differencesOfCase(traffic: TrafficCase, suite: Suite, context: ReplayContext): Promise<string[]> {
  context.counterparts.reset(suite.up);
  const own: ReplayContext = {
    ...context, values: new Map(context.values), bindings: new Map(), grabbed: new Map(), made: [], marks: new Map(),
    fileSizes: new Map(), found: [],
  };
  own.values.set('date', new Date().toUTCString());
  for (const path of filesOf(suite, own)) own.fileSizes.set(path, statSync(path, { throwIfNoEntry: false })?.size ?? 0);
  const steps = runSteps(traffic, own);
  const limit = CASE_LIMIT + pausesOf(traffic.steps);
  const result = await Promise.race([
    steps.catch((error: Error) => [error.message]),
    pause(limit, true).then(() => [`not over within ${limit} s`]),
  ]);
  await deleteMade(own).catch((error: Error) => result.push(`cannot be undone: ${error.message}`));
  return result;
}

async function runSteps(traffic: TrafficCase, context: ReplayContext): Promise<string[]> {
  const { found } = context;
  let observed = 0;
  for (const [index, template] of traffic.steps.entries()) {
    const step = fill(template, context.values, context.pki);
    const silent = Object.keys(step).find((name) => SILENT[name] !== undefined);
    const kind = Object.keys(step).find((name) => OBSERVING[name] !== undefined);
    if (kind !== undefined) {
      const expected: Observation = traffic.expect[observed] ?? {};
      if (!isUnobserved(step)) observed += 1;
      const differences = await OBSERVING[kind]!(step, context, expected);
      found.push(...differences.map((difference) => traffic.steps.length > 1 ? `step ${index + 1} ${difference}` : difference));
    } else if (silent !== undefined) await SILENT[silent]!(step, context);
    else throw new Error(`step ${index + 1} is of no known kind: ${Object.keys(step).join(', ')}`);
  }
  return found;
}

/** Files that a suite needs below the working directory, by path. */
function writeFiles({ files }: Suite, folder: string): void {
  if (files === undefined || Array.isArray(files)) return;
  for (const [path, text] of Object.entries(files as Readonly<Record<string, string>>)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** Files that logs are written to. */
function filesOf({ files = [] }: Suite, { node, values, pki }: ReplayContext): readonly string[] {
  const logs = ['access.log', 'error.log'].map((name) => `${node.folder}/logs/${name}`);
  return Array.isArray(files) ? [...logs, ...fill(files as readonly string[], values, pki)] : logs;
}

/** Steps of an observing kind that nothing was recorded of. */
function isUnobserved({ quiet, metrics }: Step): boolean {
  return quiet === true || (metrics as { readonly mark?: string } | undefined)?.mark !== undefined;
}

/** Seconds that the steps of a case wait by themselves. */
function pausesOf(steps: readonly Step[]): number {
  return steps.reduce((sum, { sleep = 0, align }) => sum + Number(sleep) + (align === undefined ? 0 : 70), 0);
}

/** The data plane as a proxy against its peers: interleaved rounds, each subject alone on one processor, client and upstream on another. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';

import { isOnPath } from '../../test/setup/on-path.ts';
import type { Scale, TableScenario } from '../measured.ts';
import { costsOf } from '../process-costs.ts';
import { clientOf, load } from '../proxy/clients.ts';
import { createIdentity } from '../proxy/identity.ts';
import { instructionsDuring } from '../proxy/instructions.ts';
import { SHAPES } from '../proxy/shapes.ts';
import type { Shape } from '../proxy/shapes.ts';
import { subjectsOf, upstream } from '../proxy/subjects.ts';
import type { RunningSubject, Subject } from '../proxy/subjects.ts';
import { freePorts } from '../server-process.ts';

const PEERS = join(import.meta.dirname, '..', 'proxy', 'peers');

/** Length of the round that warms up. Seconds. */
const WARM_UP_SECONDS = 1;

interface Round {
  readonly requestsPerSecond: number;
  /** Processor time of 100,000 requests. Seconds. */
  readonly cpuSeconds: number;
  /** Of one request; NaN where the machine counts none. */
  readonly instructions: number;
  readonly p50: number;
  readonly p99: number;
  readonly rssMiB: number;
}

export const proxies: readonly TableScenario[] = SHAPES.map((shape) => ({
  name: `Proxy ${shape.name}`,
  about: `${shape.about} ${shape.connections} connections. Rounds are interleaved; the ratio is to the first line in the same round, `
    + 'median (least to most).',
  table: async (scale) => {
    const missing = [clientOf(shape), 'nginx', 'taskset', 'openssl'].filter((name) => !isOnPath(name));
    if (missing.length > 0 || cpus().length < 2) {
      return [`skipped: ${missing.length > 0 ? `not on PATH: ${missing.join(', ')}` : 'one processor only'}`];
    }
    const subjects = chosen(shape, scale);
    const rounds = await measure(shape, subjects, scale);
    const first = rounds.get(subjects[0]!.name)!;
    return [HEAD, ...subjects.map(({ name }) => lineOf(name, rounds.get(name)!, first)), ...lacking(shape, subjects)];
  },
}));

const HEAD = '| proxy | requests/s | ratio | CPU s per 100k requests | instructions | p50 ms | p99 ms | RSS MiB |\n'
  + '|---|---|---|---|---|---|---|---|';

function chosen(shape: Shape, { peers }: Scale): readonly Subject[] {
  if (peers && shape.hasPeers === true && !existsSync(join(PEERS, 'node_modules'))) {
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock', '--prefix', PEERS], { stdio: 'ignore' });
  }
  return subjectsOf(shape).filter(({ needs, isPackage }) => (needs === undefined || isOnPath(needs)) && (isPackage !== true || peers));
}

function lacking(shape: Shape, subjects: readonly Subject[]): readonly string[] {
  const left = subjectsOf(shape).map(({ name }) => name).filter((name) => !subjects.some((subject) => subject.name === name));
  return left.length === 0 ? [] : ['', `Left out here: ${left.join(', ')}.`];
}

/** With four processors each of two workers has one of its own. */
function coresOf({ workers = 1 }: Subject): string {
  return workers === 1 ? '0' : cpus().length >= 4 ? '0,2' : '0,1';
}

async function measure(
  shape: Shape, subjects: readonly Subject[], { rounds, seconds }: Scale,
): Promise<ReadonlyMap<string, readonly Round[]>> {
  const identity = createIdentity();
  const ports = await freePorts(subjects.length + 1);
  const running: RunningSubject[] = [];
  const seen = new Map(subjects.map(({ name }): [string, Round[]] => [name, []]));
  try {
    running.push(await upstream(ports.at(-1)!, '1'));
    for (const [at, subject] of subjects.entries()) {
      running.push(await subject.start({ port: ports[at]!, upstream: ports.at(-1)!, cores: coresOf(subject), shape, identity }));
    }
    for (let round = 0; round <= rounds; round += 1) {
      for (const [at, { name }] of subjects.entries()) {
        const one = await measureOnce(running[at + 1]!, shape, round === 0 ? WARM_UP_SECONDS : seconds, name);
        if (round > 0) seen.get(name)!.push(one);
      }
    }
  } finally {
    await Promise.all(running.map(({ stop }) => stop()));
  }
  return seen;
}

async function measureOnce({ pid, url }: RunningSubject, shape: Shape, seconds: number, name: string): Promise<Round> {
  const before = costsOf(pid);
  let loaded: Awaited<ReturnType<typeof load>> | undefined;
  const instructions = await instructionsDuring(pid, seconds, async () => {
    loaded = await load(url, shape, seconds, 1);
  });
  const { requestsPerSecond, requests, p50, p99, errors } = loaded!;
  const after = costsOf(pid);
  if (errors > 0 || requests === 0) throw new Error(`${name}: ${errors} of ${requests} requests failed`);
  return {
    requestsPerSecond, cpuSeconds: (after.cpuMs - before.cpuMs) / 1000 / requests * 100_000, p50, p99,
    instructions: instructions === undefined ? NaN : instructions / requests, rssMiB: after.rssBytes / 2 ** 20,
  };
}

function lineOf(name: string, rounds: readonly Round[], peers: readonly Round[]): string {
  const ratios = rounds.map(({ requestsPerSecond }, at) => requestsPerSecond / peers[at]!.requestsPerSecond);
  const of = (key: keyof Round) => median(rounds.map((round) => round[key]));
  const shown = (value: number, digits: number) => (Number.isNaN(value) ? '' : value.toFixed(digits));
  const ratio = `${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)})`;
  return `| ${name} | ${Math.round(of('requestsPerSecond')).toLocaleString('en')} | ${ratio} | ${shown(of('cpuSeconds'), 2)} | `
    + `${shown(of('instructions'), 0)} | ${shown(of('p50'), 2)} | ${shown(of('p99'), 2)} | ${Math.round(of('rssMiB'))} |`;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}

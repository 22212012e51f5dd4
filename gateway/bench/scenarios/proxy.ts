/** The data plane as a proxy against its peers: interleaved rounds, each subject alone on one processor, client and upstream on another. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';

import { isOnPath } from '../../test/setup/on-path.ts';
import type { Scale, TableScenario } from '../measured.ts';
import { costsOf } from '../process-costs.ts';
import { SUBJECTS, upstream } from '../proxy/subjects.ts';
import type { RunningSubject, Subject } from '../proxy/subjects.ts';
import { wrk } from '../proxy/wrk.ts';
import { freePorts } from '../server-process.ts';

const PEERS = join(import.meta.dirname, '..', 'proxy', 'peers');

interface Round {
  readonly requestsPerSecond: number;
  /** Processor time of 100,000 requests. Seconds. */
  readonly cpuSeconds: number;
  readonly p50: number;
  readonly p99: number;
  readonly rssMiB: number;
}

export const proxy: TableScenario = {
  name: 'Proxy',
  about: 'Keep-alive requests of 32 connections through each proxy to nginx, which answers 128 bytes. Rounds are interleaved; the ratio is '
    + 'to nginx as a proxy in the same round, median (least to most). The proxy has one processor; client and upstream share another. '
    + 'Processor time stands in for instructions where the machine counts none.',
  table: async (scale) => {
    const missing = ['wrk', 'nginx', 'taskset'].filter((name) => !isOnPath(name));
    if (missing.length > 0 || cpus().length < 2) {
      return [`skipped: ${missing.length > 0 ? `not on PATH: ${missing.join(', ')}` : 'one processor only'}`];
    }
    const subjects = chosen(scale);
    const rounds = await measure(subjects, scale);
    return [HEAD, ...subjects.map(({ name }) => lineOf(name, rounds.get(name)!, rounds.get(subjects[0]!.name)!)), ...lacking(subjects)];
  },
};

const HEAD = '| proxy | requests/s | against nginx | CPU s per 100k requests | p50 ms | p99 ms | RSS MiB |\n|---|---|---|---|---|---|---|';

function chosen({ peers }: Scale): readonly Subject[] {
  if (peers && !existsSync(join(PEERS, 'node_modules'))) {
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock', '--prefix', PEERS], { stdio: 'ignore' });
  }
  return SUBJECTS.filter(({ needs, isPackage }) => (needs === undefined || isOnPath(needs)) && (isPackage !== true || peers));
}

function lacking(subjects: readonly Subject[]): readonly string[] {
  const left = SUBJECTS.filter((subject) => !subjects.includes(subject)).map(({ name }) => name);
  return left.length === 0 ? [] : ['', `Left out here: ${left.join(', ')}.`];
}

async function measure(subjects: readonly Subject[], { rounds, seconds }: Scale): Promise<ReadonlyMap<string, readonly Round[]>> {
  const ports = await freePorts(subjects.length + 1);
  const running: RunningSubject[] = [];
  const seen = new Map(subjects.map(({ name }): [string, Round[]] => [name, []]));
  try {
    running.push(await upstream(ports.at(-1)!, 1));
    for (const [at, subject] of subjects.entries()) {
      running.push(await subject.start({ port: ports[at]!, upstream: ports.at(-1)!, core: 0 }));
    }
    for (let round = 0; round <= rounds; round += 1) {
      for (const [at, { name }] of subjects.entries()) {
        const one = await measureOnce(running[at + 1]!, seconds, name);
        // The first one warms up.
        if (round > 0) seen.get(name)!.push(one);
      }
    }
  } finally {
    await Promise.all(running.map(({ stop }) => stop()));
  }
  return seen;
}

async function measureOnce({ pid, url }: RunningSubject, seconds: number, name: string): Promise<Round> {
  const before = costsOf(pid);
  const { requestsPerSecond, requests, latency, errors } = await wrk(url, seconds, 1);
  const after = costsOf(pid);
  if (errors > 0) throw new Error(`${name}: ${errors} of ${requests} requests failed`);
  return {
    requestsPerSecond, cpuSeconds: (after.cpuMs - before.cpuMs) / 1000 / requests * 100_000, p50: latency['50%'], p99: latency['99%'],
    rssMiB: after.rssBytes / 2 ** 20,
  };
}

function lineOf(name: string, rounds: readonly Round[], peers: readonly Round[]): string {
  const ratios = rounds.map(({ requestsPerSecond }, at) => requestsPerSecond / peers[at]!.requestsPerSecond);
  const of = (key: keyof Round) => median(rounds.map((round) => round[key]));
  const ratio = `${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)})`;
  return `| ${name} | ${Math.round(of('requestsPerSecond')).toLocaleString('en')} | ${ratio} | ${of('cpuSeconds').toFixed(1)} | `
    + `${of('p50').toFixed(2)} | ${of('p99').toFixed(2)} | ${Math.round(of('rssMiB'))} |`;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}

/**
 * What a worker's process does: it proxies, with the configuration and the settings that its supervisor hands over. It ends when its
 * supervisor says so, and when its supervisor is gone.
 */
import { openAccessLog } from '../access-log/access-log.ts';
import { SYSTEM_CLOCK } from '../base/clock.ts';
import { GatewayError, messageOf } from '../base/errors.ts';
import { createLog } from '../base/log.ts';
import type { Log } from '../base/log.ts';
import { MessageBound } from '../base/message-bound.ts';
import { OwnProcess } from '../data-plane/own-process.ts';
import type { StoredSessions } from '../plugin-kit/services.ts';
import type { KeyPair, Settings } from '../settings/settings.ts';
import { Channel } from './channel.ts';
import type { Pipe } from './channel.ts';
import { LeasedCounters } from './counters/leased-counters.ts';
import { ForwardedHealth } from './health/forwarded-health.ts';
import type { ApplyOutcome, ConfigurationState, Opened, SupervisorSpeech, WorkerReport, WorkerSpeech, WorkerStart } from './messages.ts';
import { unpackSettings } from './packed-settings.ts';

/** How often the supervisor hears of a worker. Milliseconds. */
const PULSE_MS = 1_000;

/** How long a request waits for what only the supervisor knows. Milliseconds. */
const QUESTION_LIMIT_MS = 2_000;

/** For requests under way when the supervisor is gone. Milliseconds. */
const ORPHAN_LIMIT_MS = 10_000;

/** A worker that has its settings. */
interface Started {
  readonly own: OwnProcess;
  readonly log: Log;
  readonly counters: LeasedCounters;
  readonly health: ForwardedHealth;
}

type ToSupervisor = Channel<WorkerSpeech, SupervisorSpeech>;

/** @param end ends this process */
export function runWorker(pipe: Pipe, end: (exitCode: number) => void): void {
  let started: Started | undefined;
  let parts: string[] = [];
  let isClosed = false;
  const own = (): OwnProcess => {
    if (started === undefined) throw new Error('the worker has no settings yet');
    return started.own;
  };
  const channel: ToSupervisor = new Channel<WorkerSpeech, SupervisorSpeech>(pipe, {
    told: {
      start: (value) => { started = start(channel, value); },
      part: (text) => { parts.push(text); },
      certificate: (text) => started?.own.renewCertificate(unpackSettings<KeyPair>(text)),
      retreat: () => started?.own.closeConnections(),
      logLevel: ({ level, seconds }) => started?.log.threshold.change(level, seconds),
      reopened: (counters) => setImmediate(() => started?.counters.reopen(counters)),
      health: (states) => started?.health.told(states),
      allHealth: (states) => started?.health.toldAll(states),
      forgetAnswers: () => void started?.own.cachedAnswers.clear(),
    },
    asked: {
      apply: () => {
        const text = parts;
        parts = [];
        return apply(own(), text);
      },
      open: () => open(own()),
      close: async (limitMs) => {
        isClosed = true;
        await own().close(limitMs);
        await pulse(channel, own());
        return null;
      },
      report: () => report(own()),
      keptAnswer: async (key) => own().cachedAnswers.get(key),
      forgetAnswer: async (key) => own().cachedAnswers.delete(key),
      recall: async (counter) => {
        // Behind the answer that gave the lease, which came before.
        await new Promise<void>((resolve) => void setImmediate(resolve));
        return started?.counters.recall(counter) ?? 0;
      },
    },
  });
  pipe.once('disconnect', () => void leave(isClosed ? undefined : started, end));
  channel.tell('loaded', null);
}

function start(channel: ToSupervisor, given: WorkerStart): Started {
  const { number, workers, nodeId, debugToken, hasSessions, logLevel } = given;
  const settings = unpackSettings(given.settings);
  const log = createLog({ level: logLevel, repeats: new MessageBound() }).with({ role: settings.role, worker: number });
  const counters = new LeasedCounters({
    take: (questions) => channel.ask('take', questions, QUESTION_LIMIT_MS),
    count: (counter) => channel.ask('count', counter, QUESTION_LIMIT_MS),
    add: (changes) => channel.tell('add', changes),
    giveBack: (changes) => channel.tell('giveBack', changes),
  }, () => SYSTEM_CLOCK.now());
  const health = new ForwardedHealth((reports) => channel.tell('health', reports), (id) => own.balancerOf(id));
  const own: OwnProcess = new OwnProcess({
    settings, log, nodeId, debugToken,
    clock: SYSTEM_CLOCK,
    keepsConfiguration: false,
    accessLog: accessLogOf(settings, log),
    ...hasSessions && { sessions: sessionsOf(channel) },
    part: { counters, judge: health, ticketKeys: Buffer.from(given.ticketKeys), memoryShare: 1 / workers },
    onChange: () => channel.tell('state', stateOf(own)),
  });
  void own.start();
  setInterval(() => void pulse(channel, own), PULSE_MS).unref();
  return { own, log, counters, health };
}

function accessLogOf({ accessLogs, accessLogSampling, prefix }: Settings, log: Log) {
  return openAccessLog({ setting: accessLogs.proxy, prefix, log, sampling: accessLogSampling });
}

function sessionsOf(channel: ToSupervisor): StoredSessions {
  return {
    load: (id) => channel.ask('loadSession', id, QUESTION_LIMIT_MS),
    save: async (id, data, ttlSeconds) => { await channel.ask('saveSession', { id, data, ttlSeconds }, QUESTION_LIMIT_MS); },
    remove: async (id) => { await channel.ask('removeSession', id, QUESTION_LIMIT_MS); },
  };
}

function stateOf({ hash, quarantine, standsStill, awaitsSecrets }: OwnProcess): ConfigurationState {
  return { hash, quarantine, standsStill, awaitsSecrets };
}

async function apply(own: OwnProcess, text: readonly string[]): Promise<ApplyOutcome> {
  const result = await own.applySettled(text);
  return { result, state: stateOf(own) };
}

async function open(own: OwnProcess): Promise<Opened> {
  try {
    return { ok: true, addresses: await own.open() };
  } catch (error) {
    return { ok: false, code: error instanceof GatewayError ? error.code : undefined, message: messageOf(error) };
  }
}

async function report(own: OwnProcess): Promise<WorkerReport> {
  const [traffic, metrics, memory] = await Promise.all([own.traffic(), own.pluginMetrics(), own.memory()]);
  return { traffic, metrics, memory: { rss: memory.rss, heapUsed: memory.heapUsed } };
}

async function pulse(channel: ToSupervisor, own: OwnProcess): Promise<void> {
  channel.tell('pulse', { traffic: await own.traffic(), requests: own.takeRequestCounts() });
}

/** The supervisor has ended, or has closed the pipe because this worker is to end. */
async function leave(started: Started | undefined, end: (exitCode: number) => void): Promise<void> {
  try {
    await started?.own.close(ORPHAN_LIMIT_MS);
    end(0);
  } catch {
    end(1);
  }
}

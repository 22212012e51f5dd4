/**
 * A data plane of several processes: validates configurations once and hands them over, keeps the workers running, and has what they share:
 * ports, certificates, counters, the health of targets, numbers of the node.
 */
import { randomBytes } from 'node:crypto';

import type { Timer } from '../base/clock.ts';
import { GatewayError } from '../base/errors.ts';
import { HealthReport } from '../data-plane/balancer/health-report.ts';
import type { UpstreamBalancers } from '../data-plane/balancer/upstream-balancers.ts';
import type { KeptAnswers, OpenAddresses, PluginMetrics, ProcessMemory, Proxying, ProxyTraffic } from '../data-plane/node-parts.ts';
import type { OwnProcessOptions } from '../data-plane/own-process.ts';
import { targetWatch } from '../data-plane/target-watch.ts';
import { NodeCounters } from '../plugin-services/node-counters.ts';
import { FileWatch } from '../settings/file-watch.ts';
import { readKeyPair } from '../settings/key-material.ts';
import type { KeyPair, Settings } from '../settings/settings.ts';
import { SETTINGS } from '../settings/table.ts';
import type { RequestsRecord } from '../sync/telemetry-protocol.ts';
import type { Listeners } from './channel.ts';
import { SharedCounters } from './counters/shared-counters.ts';
import { SharedHealth } from './health/shared-health.ts';
import type { SupervisorSpeech, WorkerReport, WorkerSpeech, WorkerStart } from './messages.ts';
import { NodeNumbers } from './node-numbers.ts';
import { packSettings } from './packed-settings.ts';
import { addressesOf, reservePorts } from './reserved-ports.ts';
import type { ReservedPorts } from './reserved-ports.ts';
import { SharedConfiguration } from './shared-configuration.ts';
import { WorkerProcess } from './worker-process.ts';
import type { WorkerEnd, WorkerOutput } from './worker-process.ts';
import { WorkerSlot } from './worker-slot.ts';

export interface SupervisorOptions extends OwnProcessOptions {
  /** Number of workers. */
  readonly workers: number;
  /** Path of the program of a worker. */
  readonly artefact: string;
  readonly output: WorkerOutput;
  /** A worker that says nothing for so long does not serve. Milliseconds. @default 30_000 */
  readonly silenceLimitMs?: number;
}

/** From the start of a process until it takes messages. Milliseconds. */
const LOAD_LIMIT_MS = 60_000;

const SILENCE_LIMIT_MS = 30_000;

/** How often silent workers are looked for, and all get the health of all targets. Milliseconds. */
const LOOK_MS = 5_000;

/** For what is shown of a worker. Milliseconds. */
const REPORT_LIMIT_MS = 1_000;

const OPEN_LIMIT_MS = 30_000;

/** What a worker may take beyond the requests under way to close: queues of plugins, logs. Milliseconds. */
const CLOSE_EXTRA_MS = 10_000;

export class Supervisor implements Proxying {
  readonly configuration: SharedConfiguration;
  readonly upstreamHealth: HealthReport;
  readonly cachedAnswers: KeptAnswers;
  readonly #options: SupervisorOptions;
  readonly #slots: readonly WorkerSlot[];
  readonly #numbers = new NodeNumbers();
  readonly #targets: UpstreamBalancers;
  readonly #health: SharedHealth;
  readonly #counters: SharedCounters<WorkerSlot>;
  readonly #ticketKeys = randomBytes(48);
  readonly #opening = Promise.withResolvers<void>();
  /** Settles with the first worker that listens, or that cannot. */
  readonly #opened = Promise.withResolvers<void>();
  #certificate: KeyPair | undefined;
  #files: FileWatch<KeyPair> | undefined;
  #ports: { readonly proxy: ReservedPorts; readonly stream: ReservedPorts } | undefined;
  #look: Timer | undefined;
  #isRetreating = false;
  #isClosing = false;

  constructor(options: SupervisorOptions) {
    const { settings, log, clock } = options;
    this.#options = options;
    this.#slots = Array.from({ length: options.workers }, (_, number) => new WorkerSlot(number));
    this.#certificate = settings.certificates.proxy;
    this.#targets = targetWatch({ settings, log, clock, onHealth: (balancer, address) => this.#health.changed(balancer, address) });
    this.upstreamHealth = new HealthReport(this.#targets);
    this.#health = new SharedHealth(this.#targets, (states) => this.#tellAll('health', states));
    this.#counters = new SharedCounters<WorkerSlot>({
      counters: new NodeCounters(clock),
      now: () => clock.now(),
      workers: () => options.workers,
      recall: async (slot, counter) => await slot.process?.channel.ask('recall', counter, REPORT_LIMIT_MS) ?? 0,
      reopened: (counters) => this.#tellAll('reopened', counters),
    });
    this.configuration = new SharedConfiguration({
      ...options,
      slots: this.#slots,
      started: () => this.#startWorkers(),
      onTargets: (snapshot) => {
        this.#targets.use(snapshot);
        this.#health.prune();
      },
    });
    this.cachedAnswers = {
      get: async (key) => (await this.#askAll('keptAnswer', key)).find((answer) => answer !== undefined),
      delete: async (key) => (await this.#askAll('forgetAnswer', key)).includes(true),
      clear: () => this.#tellAll('forgetAnswers', null),
    };
    // Without a listener of its own, a rejection that comes before `open` would count as a defect.
    this.#opened.promise.catch(() => undefined);
    log.threshold.onChange = (level, seconds) => this.#tellAll('logLevel', { level, seconds });
  }

  get obstacle(): string | undefined {
    return this.#slots.some(({ isServing }) => isServing) ? undefined : 'no worker serves';
  }

  async traffic(): Promise<ProxyTraffic> {
    await this.#reports();
    return this.#numbers.traffic(this.#slots.flatMap(({ traffic }) => traffic ?? []));
  }

  async pluginMetrics(): Promise<PluginMetrics> {
    return this.#numbers.pluginMetrics((await this.#reports()).map(({ metrics }) => metrics));
  }

  async memory(): Promise<ProcessMemory> {
    const all = [process.memoryUsage(), ...(await this.#reports()).map(({ memory }) => memory)];
    return all.reduce((sum, { rss, heapUsed }) => ({ rss: sum.rss + rss, heapUsed: sum.heapUsed + heapUsed }), { rss: 0, heapUsed: 0 });
  }

  takeRequestCounts(): readonly RequestsRecord[] {
    return this.#numbers.takeRequests();
  }

  async open(): Promise<OpenAddresses> {
    this.#opening.resolve();
    await this.#opened.promise;
    await this.#releasePorts();
    const { proxy, stream } = this.#ports!;
    return { proxy: addressesOf(proxy.listeners), stream: addressesOf(stream.listeners) };
  }

  closeConnections(): void {
    this.#isRetreating = true;
    this.#tellAll('retreat', null);
  }

  async close(limitMs: number): Promise<void> {
    this.#isClosing = true;
    this.#look?.cancel();
    await this.#files?.close();
    await Promise.all(this.#slots.map(async ({ process: worker, isStarted }) => {
      if (worker === undefined) return;
      // One that has just begun has nothing to finish.
      if (isStarted) await worker.channel.ask('close', limitMs, limitMs + CLOSE_EXTRA_MS).catch(() => worker.kill());
      worker.release();
      const cut = this.#options.clock.after(CLOSE_EXTRA_MS, () => worker.kill());
      await worker.ended;
      cut.cancel();
    }));
    await this.#releasePorts();
    this.#targets.close();
    this.configuration.close();
  }

  kill(): void {
    for (const { process: worker } of this.#slots) worker?.kill();
  }

  async #releasePorts(): Promise<void> {
    await this.#ports?.proxy.release();
    await this.#ports?.stream.release();
  }

  /** Resolves when a first worker can take a configuration. */
  async #startWorkers(): Promise<void> {
    const { settings, log, clock } = this.#options;
    const { proxy, stream } = settings.listen;
    this.#ports = {
      proxy: await reservePorts(proxy, SETTINGS.listen.proxy.name, log),
      stream: await reservePorts(stream, SETTINGS.listen.stream.name, log),
    };
    this.#files = this.#followCertificate();
    this.#look = clock.every(LOOK_MS, () => this.#lookAround());
    const first = Promise.withResolvers<void>();
    const limit = clock.after(LOAD_LIMIT_MS, () => first.reject(
      new GatewayError('workers-failed', `no worker has started within ${LOAD_LIMIT_MS / 1000} seconds; the log says how they ended`),
    ));
    for (const slot of this.#slots) void this.#keepRunning(slot, () => first.resolve());
    await first.promise;
    limit.cancel();
  }

  async #keepRunning(slot: WorkerSlot, onStarted: () => void): Promise<void> {
    const { log, artefact, output, clock } = this.#options;
    while (!this.#isClosing) {
      const loaded = Promise.withResolvers<void>();
      const worker = new WorkerProcess(artefact, output, this.#listeners(slot, () => loaded.resolve()));
      slot.take(worker);
      void this.#bringUp(slot, worker, loaded.promise, onStarted).catch((error: Error) => {
        if (slot.process !== worker || this.#isClosing) return;
        log.error(`a worker cannot serve: ${error.message}`, { worker: slot.number, pid: worker.pid });
        worker.kill();
      });
      const end = await worker.ended;
      this.#numbers.retire(slot.traffic, slot.report);
      this.#counters.forget(slot);
      slot.clear();
      if (this.#isClosing) return;
      const waitMs = slot.backOff.next(performance.now() - worker.startedAt);
      log.error('a worker has ended and is started again', { worker: slot.number, pid: worker.pid, ...shownEnd(end), wait_ms: waitMs });
      await new Promise<void>((resolve) => void clock.after(waitMs, resolve));
    }
  }

  async #bringUp(slot: WorkerSlot, worker: WorkerProcess, loaded: Promise<void>, onStarted: () => void): Promise<void> {
    await withLimit(loaded, LOAD_LIMIT_MS, 'it did not load');
    worker.channel.tell('start', this.#startOf(slot));
    worker.channel.tell('allHealth', this.#health.states());
    if (this.#isRetreating) worker.channel.tell('retreat', null);
    slot.isStarted = true;
    onStarted();
    await this.#opening.promise;
    await this.configuration.equip(slot);
    if (slot.process !== worker) return;
    const opened = await worker.channel.ask('open', null, OPEN_LIMIT_MS);
    if (!opened.ok) {
      const { code = 'workers-failed', message } = opened;
      this.#opened.reject(new GatewayError(code, message, code === 'address-unavailable' ? 'address' : undefined));
      throw new Error(message);
    }
    slot.isServing = true;
    this.#opened.resolve();
    this.#options.log.info('a worker serves', { worker: slot.number, pid: worker.pid });
  }

  #startOf({ number }: WorkerSlot): WorkerStart {
    const { settings, nodeId, debugToken, sessions, log, workers } = this.#options;
    const { tunnel: _tunnel, postgres: _postgres, mysql: _mysql, admin: _admin, ...needed } = settings;
    const { files: _files, ...certificate } = this.#certificate ?? {};
    return {
      // Credentials of the tunnel and of the database are none of a worker's business.
      settings: packSettings({
        ...needed,
        listen: { ...settings.listen, proxy: this.#ports!.proxy.listeners, stream: this.#ports!.stream.listeners },
        certificates: { ...settings.certificates, proxy: this.#certificate && certificate },
      } as Settings),
      number, workers, nodeId, debugToken,
      ticketKeys: this.#ticketKeys,
      hasSessions: sessions !== undefined,
      logLevel: log.threshold.level,
    };
  }

  #listeners(slot: WorkerSlot, loaded: () => void): Listeners<WorkerSpeech> {
    const { sessions } = this.#options;
    return {
      told: {
        loaded,
        state: (state) => { slot.state = state; },
        pulse: ({ traffic, requests }) => {
          slot.heardAt = performance.now();
          slot.traffic = traffic;
          this.#numbers.addRequests(requests);
        },
        add: (changes) => this.#counters.add(changes),
        giveBack: (changes) => this.#counters.giveBack(changes),
        health: (reports) => this.#health.reported(reports),
      },
      asked: {
        take: (questions) => this.#counters.take(slot, questions),
        count: (counter) => this.#counters.get(counter),
        loadSession: async (id) => sessions?.load(id),
        saveSession: async ({ id, data, ttlSeconds }) => {
          await sessions?.save(id, data, ttlSeconds);
          return null;
        },
        removeSession: async (id) => {
          await sessions?.remove(id);
          return null;
        },
      },
    };
  }

  #followCertificate(): FileWatch<KeyPair> | undefined {
    const { settings: { certificates: { proxy } }, log, clock } = this.#options;
    const files = proxy?.files;
    if (files === undefined) return undefined;
    return new FileWatch({
      what: `the certificate of ${SETTINGS.listen.proxy.name}`,
      files: [files.certificate.text, files.key.text],
      read: () => readKeyPair(files.certificate, files.key),
      changed: ({ certificate, key }) => {
        if (certificate === this.#certificate?.certificate) return;
        this.#certificate = { certificate, key };
        this.#tellAll('certificate', packSettings({ certificate, key }));
      },
      log,
      clock,
    });
  }

  #lookAround(): void {
    const { silenceLimitMs = SILENCE_LIMIT_MS } = this.#options;
    const now = performance.now();
    for (const { number, process: worker, isServing, heardAt } of this.#slots) {
      if (worker === undefined || !isServing || now - heardAt < silenceLimitMs) continue;
      this.#options.log.error('a worker does not answer and is ended', { worker: number, pid: worker.pid });
      worker.kill();
    }
    this.#tellAll('allHealth', this.#health.states());
  }

  /** The newest of each worker; of one that does not answer, the last. */
  async #reports(): Promise<readonly WorkerReport[]> {
    const reports = await Promise.all(this.#slots.map(async (slot) => {
      if (!slot.isStarted) return [];
      const worker = slot.process;
      const report = await worker?.channel.ask('report', null, REPORT_LIMIT_MS).catch(() => slot.report);
      if (slot.process !== worker || report === undefined) return [];
      slot.report = report;
      slot.traffic = report.traffic;
      return [report];
    }));
    return reports.flat();
  }

  #tellAll<Name extends keyof SupervisorSpeech['tells'] & string>(name: Name, value: SupervisorSpeech['tells'][Name]): void {
    for (const { process: worker, isStarted } of this.#slots) if (isStarted) worker?.channel.tell(name, value);
  }

  async #askAll<Name extends keyof SupervisorSpeech['asks'] & string>(
    name: Name, question: SupervisorSpeech['asks'][Name][0],
  ): Promise<readonly (SupervisorSpeech['asks'][Name][1] | undefined)[]> {
    return Promise.all(this.#slots.map(async ({ process: worker, isStarted }) => (
      isStarted ? worker?.channel.ask(name, question, REPORT_LIMIT_MS).catch(() => undefined) : undefined)));
  }
}

function shownEnd({ code, signal }: WorkerEnd): object {
  return signal === null ? { exit_code: code } : { signal };
}

async function withLimit(work: Promise<void>, limitMs: number, failure: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${failure} within ${limitMs / 1000} seconds`)), limitMs);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

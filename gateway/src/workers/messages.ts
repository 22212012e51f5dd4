/** What a supervisor and its workers say to each other. Values are plain data. */
import type { ErrorCode } from '../base/error-codes.ts';
import type { LogLevel } from '../base/log.ts';
import type { OpenAddresses, PluginMetrics, ProcessMemory, ProxyTraffic } from '../data-plane/node-parts.ts';
import type { ApplyResult } from '../data-plane/running-configuration.ts';
import type { Quarantine } from '../model/quarantine.ts';
import type { RequestsRecord } from '../sync/telemetry-protocol.ts';
import type { CounterChange, CounterName, TakeAnswer, TakeQuestion } from './counters/counter-messages.ts';
import type { AddressReport, AddressState } from './health/health-messages.ts';

/** What a worker needs before anything else. */
export interface WorkerStart {
  /** Settings of the node, packed; the ports are those that the supervisor has chosen. */
  readonly settings: string;
  /** Number of the worker, from 0. Another process of the same number has ended. */
  readonly number: number;
  /** Number of all workers. */
  readonly workers: number;
  readonly nodeId: string;
  readonly debugToken: string | undefined;
  readonly ticketKeys: Buffer;
  readonly hasSessions: boolean;
  readonly logLevel: LogLevel;
}

/** The configuration of a worker, and what is known of it. */
export interface ConfigurationState {
  readonly hash: string | undefined;
  readonly quarantine: Quarantine;
  readonly standsStill: boolean;
  readonly awaitsSecrets: boolean;
}

export interface ApplyOutcome {
  readonly result: ApplyResult;
  readonly state: ConfigurationState;
}

/** Sent each second, and once more at the end. */
export interface Pulse {
  readonly traffic: ProxyTraffic;
  /** Requests since the last one. */
  readonly requests: readonly RequestsRecord[];
}

export interface WorkerReport {
  readonly traffic: ProxyTraffic;
  readonly metrics: PluginMetrics;
  readonly memory: ProcessMemory;
}

export type Opened =
  | { readonly ok: true; readonly addresses: OpenAddresses }
  | { readonly ok: false; readonly code: ErrorCode | undefined; readonly message: string };

export type SupervisorSpeech = {
  readonly tells: {
    readonly start: WorkerStart;
    /** A part of the text of a configuration; `apply` ends it. */
    readonly part: string;
    /** A pair, packed as settings are. */
    readonly certificate: string;
    readonly retreat: null;
    readonly logLevel: { readonly level: LogLevel; readonly seconds: number };
    readonly reopened: readonly CounterName[];
    /** Addresses whose state changed. */
    readonly health: readonly AddressState[];
    /** All addresses with something to say, in place of what was said before. */
    readonly allHealth: readonly AddressState[];
    readonly forgetAnswers: null;
  };
  readonly asks: {
    readonly apply: readonly [null, ApplyOutcome];
    readonly open: readonly [null, Opened];
    readonly close: readonly [limitMs: number, null];
    readonly report: readonly [null, WorkerReport];
    readonly keptAnswer: readonly [key: string, object | undefined];
    readonly forgetAnswer: readonly [key: string, boolean];
    readonly recall: readonly [CounterName, number];
  };
};

export type WorkerSpeech = {
  readonly tells: {
    readonly loaded: null;
    readonly state: ConfigurationState;
    readonly pulse: Pulse;
    readonly add: readonly CounterChange[];
    readonly giveBack: readonly CounterChange[];
    readonly health: readonly AddressReport[];
  };
  readonly asks: {
    readonly take: readonly [readonly TakeQuestion[], readonly TakeAnswer[]];
    readonly count: readonly [CounterName, number];
    readonly loadSession: readonly [id: string, string | undefined];
    readonly saveSession: readonly [{ readonly id: string; readonly data: string; readonly ttlSeconds: number }, null];
    readonly removeSession: readonly [id: string, null];
  };
};

/** Steps `redis`, `redis_cmd` and `redis_kill`: what the node does with its Redis servers. */
import type { Step } from '../../suite.ts';
import type { RedisServer } from '../counterparts/redis-servers.ts';
import { differences } from '../expectation.ts';
import type { ObservingStep, ReplayContext, SilentStep } from '../replay-context.ts';

/** @throws Error there is no Redis here */
function serverOf({ counterparts: { redis } }: ReplayContext, name: string): RedisServer {
  const server = redis?.[name as 'redis' | 'redispw'];
  if (server === undefined) throw new Error('redis-server is not installed');
  return server;
}

interface RedisStep {
  readonly redis: string;
  /** Commands that are left out. */
  readonly skip?: readonly string[];
  readonly sort?: boolean;
}

/** Commands that tell nothing. */
const SKIPPED = ['MONITOR', 'PING'];

export const redisStep: ObservingStep = async (step: Step, context, expected) => {
  const { redis: name, skip = SKIPPED, sort = false } = step as unknown as RedisStep;
  const skipped = new Set(skip.map((command) => command.toLowerCase()));
  const commands = (await serverOf(context, name).commands())
    .filter(({ cmd }) => !skipped.has(cmd[0]!) && !isTimely(cmd))
    .map(({ db, via, cmd }) => ({ db, via, cmd: shownCommand(cmd) }));
  if (sort) commands.sort((one, other) => (JSON.stringify(one.cmd) < JSON.stringify(other.cmd) ? -1 : 1));
  const { redis: recorded } = expected as { readonly redis: readonly { readonly cmd: readonly string[] }[] };
  const wanted = { ...expected as object, redis: recorded.filter(({ cmd }) => !isTimely(cmd)) };
  return differences(wanted, { redis: commands }, context.bindings);
};

/** How often counters of a second begin depends on when a second begins. */
function isTimely([verb, key = '']: readonly string[]): boolean {
  return verb === 'expire' && key.endsWith(':second');
}

function shownCommand([verb = '', ...args]: readonly string[]): readonly string[] {
  if (verb === 'eval') args[0] = '<script>';
  return [verb, ...args.map(withPeriods)];
}

/** Beginnings of the periods of limits, in UTC. */
function withPeriods(text: string): string {
  return text.replace(/(?<=:)\d{10,13}(?=:(?:[\w-]+:)?(second|minute|hour|day|month|year)$)/g, (digits, unit: string) => {
    const start = startOf(unit, Number(digits));
    return Number(digits) === start && Math.abs(start - startOf(unit, Date.now())) <= LENGTHS[unit]! ? `<start:${unit}:ms>` : digits;
  });
}

const LENGTHS: Readonly<Record<string, number>> = {
  second: 2_000, minute: 60_000, hour: 3_600_000, day: 86_400_000, month: 31 * 86_400_000, year: 366 * 86_400_000,
};

function startOf(unit: string, time: number): number {
  const date = new Date(time);
  const fields = [
    date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate(), date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds(),
  ];
  const kept = ['year', 'month', 'day', 'hour', 'minute', 'second'].indexOf(unit) + 1;
  const [year = 0, month = 0, day = 1, hour = 0, minute = 0, second = 0] = fields.slice(0, kept);
  return Date.UTC(year, month, day, hour, minute, second);
}

/** A command of ours; with `ttls`, all keys are observed. */
export const redisCommandStep: ObservingStep = async (step: Step, context, expected) => {
  const [name, ...command] = step.redis_cmd as readonly [string, ...string[]];
  const server = serverOf(context, name);
  await server.send(...command);
  if (step.ttls !== true) return [];
  const wanted = (expected as { readonly keys?: readonly (readonly unknown[])[] }).keys ?? [];
  const keys = (await server.keys())
    // Counters of a second were over when the original was asked.
    .filter(({ key }) => !key.endsWith(':second'))
    .map(({ key, ...rest }) => ({ ...rest, key: withPeriods(key) }))
    .sort((one, other) => one.db - other.db || (one.key < other.key ? -1 : 1))
    .map(({ db, key, type, value, ttl }, index) => [db, key, type, value, shownTtl(ttl, wanted[index]?.[4])]);
  return differences(expected, { keys }, context.bindings);
};

/** A time to live that is right is shown as recorded. */
function shownTtl(ttl: number, wanted: unknown): unknown {
  const [, kind, digits] = /^(<ttl up to |about )(\d+)>?$/.exec(String(wanted)) ?? [];
  const most = Number(digits);
  const least = kind === 'about ' ? most - 60 : 1;
  return ttl <= most && ttl >= least ? wanted : ttl;
}

export const redisKillStep: SilentStep = async (_, { counterparts: { redis } }) => {
  await redis?.redis.killClients();
  await redis?.redispw.killClients();
};

/** `/debug`: which log lines this node writes, changed for a while without a restart. */
import { LOG_LEVELS } from '../../base/log.ts';
import type { Log } from '../../base/log.ts';
import type { Role } from '../../settings/settings.ts';
import type { AdminAnswer, AdminRequest, Endpoint } from './endpoint.ts';

/** Seconds that a changed level holds for, unless the request says otherwise. */
const DEFAULT_SECONDS = 60;

/** Longest time that a level can be changed for: the longest timer, in seconds. */
const MAX_SECONDS = 2_147_483;

/** @param isReadOnly Kong changes no levels without a database */
export function logLevelEndpoints(log: Log, role: Role, isReadOnly: boolean): readonly Endpoint[] {
  const change = (request: AdminRequest) => (isReadOnly ? WITHOUT_DATABASE : changeLevel(request, log));
  // The nodes of a control plane share no messages: each is asked by itself.
  const cluster = role === 'control_plane' ? 'cluster/control-planes-nodes' : 'cluster';
  return [
    {
      path: '/debug/node/log-level',
      about: 'the least severe level that the node logs',
      methods: { GET: () => message(200, `log level: ${log.threshold.level}`) },
    },
    ...['node', cluster].map((scope): Endpoint => (
      { path: `/debug/${scope}/log-level/{log_level}`, about: 'the least severe level that the node logs', methods: { PUT: change } })),
  ];
}

const WITHOUT_DATABASE = message(405, 'cannot change log level when not using a database');

function changeLevel({ params: { log_level: name }, query }: AdminRequest, log: Log): AdminAnswer {
  const level = LOG_LEVELS.find((known) => known === name);
  if (!level) return message(400, `unknown log level: ${name}`);
  const seconds = secondsOf(query.get('timeout'));
  if (seconds < 0) return message(400, 'timeout must be greater than or equal to 0');
  if (log.threshold.level === level) return message(200, `log level is already ${level}`);
  log.notice('the log level changes', { to: level, seconds });
  log.threshold.change(level, seconds);
  return message(200, 'log level changed');
}

/** What is no number counts as absent, as in Kong. */
function secondsOf(text: string | null): number {
  const given = text === null || text.trim() === '' ? NaN : Number(text);
  return Number.isNaN(given) ? DEFAULT_SECONDS : Math.min(Math.ceil(given), MAX_SECONDS);
}

function message(status: number, text: string): AdminAnswer {
  return { status, body: { message: text } };
}

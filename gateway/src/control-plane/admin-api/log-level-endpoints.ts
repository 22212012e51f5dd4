/** `/debug`: which log lines this node writes, changed for a while without a restart. */
import { changedLevel, shownLevel } from '../../base/log-level-change.ts';
import type { Log } from '../../base/log.ts';
import type { Role } from '../../settings/settings.ts';
import type { AdminAnswer, AdminRequest, Endpoint } from './endpoint.ts';

const ABOUT = 'the least severe level that the node logs';

const WITHOUT_DATABASE: AdminAnswer = { status: 405, body: { message: 'cannot change log level when not using a database' } };

/** @param isReadOnly Kong changes no levels without a database */
export function logLevelEndpoints(log: Log, role: Role, isReadOnly: boolean): readonly Endpoint[] {
  const change = ({ params, query }: AdminRequest) => (
    isReadOnly ? WITHOUT_DATABASE : changedLevel(log, params.log_level!, query.get('timeout')));
  // The nodes of a control plane share no messages: each is asked by itself.
  const cluster = role === 'control_plane' ? 'cluster/control-planes-nodes' : 'cluster';
  return [
    { path: '/debug/node/log-level', about: ABOUT, methods: { GET: () => shownLevel(log) } },
    ...['node', cluster].map((scope): Endpoint => (
      { path: `/debug/${scope}/log-level/{log_level}`, about: ABOUT, methods: { PUT: change } })),
  ];
}

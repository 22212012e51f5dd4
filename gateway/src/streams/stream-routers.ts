/** The router of streams of each configuration, made when the first stream asks for it. */
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { StreamRouter } from './stream-router.ts';

const routers = new WeakMap<Snapshot, StreamRouter>();

export function streamRouterOf(snapshot: Snapshot, log: Log): StreamRouter {
  const known = routers.get(snapshot);
  if (known !== undefined) return known;
  const made = new StreamRouter(snapshot.routes, ({ id, name }, error) => {
    log.error(`a route of streams cannot be used: ${messageOf(error)}`, { route: name ?? id });
  });
  routers.set(snapshot, made);
  return made;
}

/** Artefact: brings the tables of the database up to date and ends; what a Job runs before a new version starts. */
import { bootstrap } from '../control-plane/bootstrap.ts';
import { openNodeStore } from '../control-plane/node-store.ts';
import { runOnce } from '../process/run-node.ts';

await runOnce(async (settings, log) => {
  const store = await openNodeStore(settings, log);
  await bootstrap(store, Date.now());
  await store.close();
  log.notice('the database is up to date');
});

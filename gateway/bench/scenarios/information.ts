/** Whether the endpoints about the node cost the same, however much it holds. */
import { load } from '../load.ts';
import type { Measured, Scenario } from '../measured.ts';
import { ServerProcess } from '../server-process.ts';

export const information: Scenario = {
  name: 'Endpoints about the node',
  about: '`GET /` and `GET /status` of a single node on the embedded store, 8 clients, by the number of consumers that it holds.',
  run: async ({ requests, consumers }) => {
    const measured: Measured[] = [];
    const server = await ServerProcess.node();
    try {
      let held = 0;
      for (const wanted of consumers) {
        const from = held;
        await load(server, wanted - from, (n) => ({ method: 'POST', path: '/consumers', body: { username: `c${from + n}` }, status: 201 }));
        held = wanted;
        await settled();
        for (const path of ['/', '/status']) {
          const subject = `GET ${path} with ${wanted.toLocaleString('en')} consumers`;
          measured.push({ subject, ...await load(server, requests, () => ({ method: 'GET', path, status: 200 })) });
        }
      }
      return measured;
    } finally {
      await server.close();
    }
  },
};

/** The export of the last writes is over by then. */
function settled(): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, 3_000));
}

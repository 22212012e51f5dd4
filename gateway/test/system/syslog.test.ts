/** The plugin syslog in a pair of real nodes, with a real datagram socket in place of the machine's log. */
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';

import { eventually } from '../fixtures/eventually.ts';
import { NO_SYSTEM_LOG, startSystemLog } from '../fixtures/system-log.ts';
import type { SystemLog } from '../fixtures/system-log.ts';
import { admin, LocalTopology, statusOf } from './local-topology.ts';

const topology = new LocalTopology();
const socket = join(topology.folder, 'log');
let log: SystemLog | undefined;

afterAll(async () => {
  log?.close();
  await topology.close();
});

const title = 'a data plane writes requests to the log of the machine, and not those below the level';

it.skipIf(NO_SYSTEM_LOG !== undefined)(`${title}${NO_SYSTEM_LOG === undefined ? '' : ` (${NO_SYSTEM_LOG})`}`, async () => {
  const { lines } = log = await startSystemLog(socket);
  const controlPlane = await topology.controlPlane();
  const dataPlane = await topology.dataPlane('data-plane', { HYBRIDGE_SYSLOG_SOCKET: socket });
  await controlPlane.process.until('ready', async () => await statusOf(`${controlPlane.admin}/status`) === 200);
  const port = await topology.upstream((_request, response) => void response.end('ok'));
  await admin(controlPlane, 'PUT', '/services/s', { url: `http://127.0.0.1:${port}` });
  await admin(controlPlane, 'PUT', '/services/s/routes/r', { paths: ['/r'] });
  const config = { facility: 'local3', log_level: 'warning', client_errors_severity: 'warning', successful_severity: 'info' };
  await admin(controlPlane, 'POST', '/plugins', { name: 'syslog', config });
  await eventually('the route is served', async () => await statusOf(`${dataPlane.proxy}/r`) === 200);
  await eventually('a request is in the log', async () => {
    await fetch(`${dataPlane.proxy}/none`);
    return lines.some((text) => text.includes('"uri":"/none"'));
  });
  const line = lines.find((text) => text.includes('"uri":"/none"'))!;
  expect(line).toMatch(/^<156>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d kong\[\d+\]: \{/);
  expect(JSON.parse(line.slice(line.indexOf('{')))).toMatchObject({ response: { status: 404 }, source: 'kong' });
  expect(lines.join('\n')).not.toContain('"uri":"/r"');
}, 60_000);

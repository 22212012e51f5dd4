/** A data plane that serves HTTP/2 over TLS: prints its port, and ends with its standard input. For judges from outside. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { SILENT } from '../../src/base/log.ts';
import { DataPlane } from '../../src/data-plane/data-plane.ts';
import { withDefaultCertificates } from '../../src/process/default-certificates.ts';
import { readSettings } from '../../src/settings/read.ts';

const upstream = createServer((request, response) => {
  request.resume();
  response.end('an answer with a body of some length');
});
await new Promise<void>((resolve) => void upstream.listen(0, '127.0.0.1', resolve));
const folder = mkdtempSync(join(tmpdir(), 'http2-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const { settings } = readSettings({
  KONG_PREFIX: folder, KONG_PROXY_LISTEN: '127.0.0.1:0 ssl http2', KONG_STATUS_LISTEN: 'off', KONG_PROXY_ACCESS_LOG: 'off',
});
const dataPlane = new DataPlane({ settings: await withDefaultCertificates(settings), log: SILENT, keepsConfiguration: false });
const { proxy } = await dataPlane.start();
const service = '00000000-0000-4000-8000-000000000001';
const result = await dataPlane.apply({
  _format_version: '3.0',
  services: [{ id: service, host: '127.0.0.1', port: (upstream.address() as AddressInfo).port, protocol: 'http' }],
  routes: [{ id: '00000000-0000-4000-8000-000000000002', service, paths: ['/'] }],
} as never, 'a'.repeat(32));
if (!result.applied) throw new Error(result.message);
console.log(proxy[0]!.port);
process.stdin.resume().on('end', () => process.exit(0));

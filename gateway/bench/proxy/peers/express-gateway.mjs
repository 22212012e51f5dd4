// express-gateway with one pipeline and the policy proxy. PORT, UPSTREAM: ports on the loopback address.
import { mkdtempSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import gateway from 'express-gateway';

const folder = mkdtempSync(join(tmpdir(), 'express-gateway-'));
mkdirSync(join(folder, 'models'));
writeFileSync(join(folder, 'gateway.config.yml'), JSON.stringify({
  http: { port: Number(process.env.PORT), hostname: '127.0.0.1' },
  apiEndpoints: { all: { host: '*', paths: ['/*'] } },
  serviceEndpoints: { upstream: { url: `http://127.0.0.1:${process.env.UPSTREAM}` } },
  policies: ['proxy'],
  pipelines: { all: { apiEndpoints: ['all'], policies: [{ proxy: [{ action: { serviceEndpoint: 'upstream' } }] }] } },
}));
writeFileSync(join(folder, 'system.config.yml'), JSON.stringify({
  db: { redis: { emulate: true, namespace: 'EG' } }, crypto: { cipherKey: 'unused', algorithm: 'aes256', saltRounds: 1 },
}));
for (const name of ['users', 'credentials', 'applications']) {
  writeFileSync(join(folder, 'models', `${name}.json`), JSON.stringify({ $id: `http://bench.test/${name}.json`, type: 'object', properties: {} }));
}
await gateway().load(folder).run();

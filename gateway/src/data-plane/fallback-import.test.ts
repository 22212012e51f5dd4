/** When a data plane takes the fallback, and when it does not. */
import { beforeAll, beforeEach, expect, it } from 'vitest';

import { ManualClock } from '../../test/fixtures/manual-clock.ts';
import { temporaryFolder } from '../../test/setup/temporary-folder.ts';
import { createLog, SILENT } from '../base/log.ts';
import { Secret } from '../base/secret.ts';
import { createSelfSignedCertificate } from '../base/self-signed-certificate.ts';
import { seal } from '../fallback/envelope.ts';
import type { FallbackConfiguration, Signer } from '../fallback/envelope.ts';
import { NO_HASH } from '../model/config-hash.ts';
import { FallbackImport } from './fallback-import.ts';
import { NewestKnown } from './newest-known.ts';

const OLD: FallbackConfiguration = { table: { _format_version: '3.0' }, hash: 'a'.repeat(32), revision: 1, time: 1_000 };

let signer: Signer;
let clock: ManualClock;
let stored: Buffer | undefined;
let reads: number;
let connected: boolean;
let hash: string;
let lines: string[];
let known: NewestKnown;

beforeAll(async () => {
  const { certificate, key } = await createSelfSignedCertificate({ commonName: 'kong_clustering' });
  signer = { certificate, key: new Secret(key) };
});

beforeEach(() => {
  [clock, stored, reads, connected, hash, lines] = [new ManualClock(), seal(OLD, signer, Date.now()), 0, false, NO_HASH, []];
  known = new NewestKnown(`${temporaryFolder('newest')}/newest.json`, SILENT);
});

function start(): FallbackImport {
  const started = new FallbackImport({
    clock,
    storage: { place: 's3://b/k', read: async () => { reads += 1; return stored; }, write: async () => undefined },
    trust: { certificates: [signer.certificate], authorities: [], names: [] },
    isConnected: () => connected,
    log: createLog({ write: (line) => void lines.push(line) }),
    dataPlane: {
      get currentHash() { return hash; },
      isOlder: (configuration) => known.isOlder(configuration),
      applyFallback: async (configuration) => {
        hash = configuration.hash;
        return { applied: true };
      },
    },
  });
  started.start();
  return started;
}

const passed = async (ms: number) => {
  clock.advance(ms);
  await new Promise((resolve) => setTimeout(resolve, 5));
};

it('is taken after 5 seconds without a control plane, and said so in one line', async () => {
  start();
  await passed(4_999);
  expect(reads).toBe(0);
  await passed(1);
  expect(hash).toBe(OLD.hash);
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([{ level: 'warn', place: 's3://b/k', revision: 1, hash: OLD.hash }]);
  await passed(120_000);
  expect(reads).toBe(1);
});

it('is not looked at with a control plane, or with a configuration on the disk', async () => {
  connected = true;
  start();
  await passed(60_000);
  connected = false;
  hash = 'f'.repeat(32);
  await passed(60_000);
  expect([reads, hash]).toEqual([0, 'f'.repeat(32)]);
});

it('is looked for again while there is none, or one that is not accepted', async () => {
  stored = undefined;
  start();
  await passed(5_000);
  expect(lines.join('')).toContain('not used: there is none');
  stored = Buffer.from('tampered');
  await passed(30_000);
  expect([reads, hash]).toEqual([2, NO_HASH]);
  stored = seal(OLD, signer, Date.now());
  await passed(30_000);
  expect(hash).toBe(OLD.hash);
});

it('is refused when the node has had a newer one, whatever is on the disk, and accepted when it is that one', async () => {
  known.record({ hash: 'b'.repeat(32), time: 2_000 });
  start();
  await passed(5_000);
  expect([hash, lines.join('')]).toEqual([NO_HASH, expect.stringContaining('older than a configuration that this node has had')]);
  stored = seal({ ...OLD, hash: 'b'.repeat(32) }, signer, Date.now());
  await passed(30_000);
  expect(hash).toBe('b'.repeat(32));
});

it('is given up when the node stops', async () => {
  start().close();
  await passed(60_000);
  expect(reads).toBe(0);
});

it('remembers the newest over a restart, and forgets nothing for an older one', () => {
  const path = `${temporaryFolder('newest')}/deep/newest.json`;
  new NewestKnown(path, SILENT).record({ hash: 'n', time: 5 });
  new NewestKnown(path, SILENT).record({ hash: 'o', time: 4 });
  const again = new NewestKnown(path, SILENT);
  expect([again.isOlder({ hash: 'x', time: 4 }), again.isOlder({ hash: 'n', time: 4 }), again.isOlder({ hash: 'x', time: 5 })])
    .toEqual([true, false, false]);
});

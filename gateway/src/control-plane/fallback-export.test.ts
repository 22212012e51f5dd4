/** When a control plane writes its configuration outside. */
import { beforeAll, beforeEach, expect, it } from 'vitest';

import { ManualClock } from '../../test/fixtures/manual-clock.ts';
import { createLog } from '../base/log.ts';
import { Secret } from '../base/secret.ts';
import { createSelfSignedCertificate } from '../base/self-signed-certificate.ts';
import { open } from '../fallback/envelope.ts';
import type { Signer } from '../fallback/envelope.ts';
import { prepareConfiguration } from '../sync/prepared-configuration.ts';
import type { PreparedConfiguration } from '../sync/protocol.ts';
import { FallbackExport } from './fallback-export.ts';

let signers: Signer[];
let clock: ManualClock;
let written: Buffer[];
let lines: string[];
let failure: Error | undefined;
let latest: PreparedConfiguration | undefined;
let announce: () => void;

beforeAll(async () => {
  signers = await Promise.all([1, 2].map(async () => {
    const { certificate, key } = await createSelfSignedCertificate({ commonName: 'kong_clustering' });
    return { certificate, key: new Secret(key) };
  }));
});

beforeEach(() => {
  [clock, written, lines, failure, latest] = [new ManualClock(), [], [], undefined, configuration(1)];
});

const configuration = (revision: number) => (
  prepareConfiguration({ _format_version: '3.0', services: [{ id: String(revision) }] }, revision));

function start(): FallbackExport {
  return new FallbackExport({
    clock, signer: signers[0]!, delaySeconds: 60,
    log: createLog({ write: (line) => void lines.push(line) }),
    source: { latest: () => latest, onChange: (listener) => { announce = listener; return () => undefined; } },
    storage: {
      place: 's3://b/k', read: async () => undefined,
      write: async (bytes) => {
        if (failure !== undefined) throw failure;
        written.push(bytes);
      },
    },
  });
}

const passed = async (ms: number) => {
  clock.advance(ms);
  await new Promise((resolve) => setTimeout(resolve, 5));
};
const change = (revision: number) => {
  latest = configuration(revision);
  announce();
};
const opened = (signer = signers[0]!) => (
  written.map((bytes) => open(bytes, { certificates: [signer.certificate], authorities: [], names: [] }).revision));

it('writes a minute after the start, and a minute after changes, of which the newest counts', async () => {
  const exporting = start();
  await passed(59_000);
  expect(written).toEqual([]);
  await passed(1_000);
  expect(opened()).toEqual([1]);
  change(2);
  await passed(30_000);
  change(3);
  await passed(30_000);
  expect(opened()).toEqual([1, 3]);
  await passed(3_600_000);
  expect(written).toHaveLength(2);
  await exporting.close();
});

it('signs again every day, and with a renewed certificate', async () => {
  const exporting = start();
  await passed(60_000);
  await passed(24 * 3_600_000);
  await passed(60_000);
  expect(opened()).toEqual([1, 1]);
  exporting.renew(signers[1]!);
  await passed(60_000);
  written.splice(0, 2);
  expect(opened(signers[1])).toEqual([1]);
  await exporting.close();
});

it('tries again a minute after a failure, which it logs', async () => {
  failure = new Error('the service answered 403 AccessDenied');
  const exporting = start();
  await passed(60_000);
  expect(lines.join('')).toContain('cannot be written: the service answered 403 AccessDenied');
  failure = undefined;
  await passed(60_000);
  expect(opened()).toEqual([1]);
  await exporting.close();
  change(2);
  await passed(120_000);
  expect(written).toHaveLength(1);
});

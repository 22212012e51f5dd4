/** Artefact: applies a declarative configuration to a control plane, waits for the data planes and exits. A Job runs it. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { AdminClient } from '../admin-client/admin-client.ts';
import { applyConfiguration, waitForAdminApi } from '../admin-client/apply-configuration.ts';
import { EXIT_CODES, GatewayError, messageOf } from '../base/errors.ts';
import type { DesiredConfiguration } from '../model/desired-entity.ts';

const STRING = { type: 'string' } as const;

try {
  const { values: { file, admin, tag, wait } } = parseArgs({ options: { file: STRING, admin: STRING, tag: STRING, wait: STRING } });
  const waitSeconds = Number(wait);
  if (file === undefined || admin === undefined || tag === undefined || !Number.isInteger(waitSeconds)) {
    throw new GatewayError('arguments-missing', 'expected --file PATH --admin URL --tag NAME --wait SECONDS', 'usage');
  }
  const client = new AdminClient({ url: admin });
  await waitForAdminApi(client, waitSeconds);
  const { written, deleted, dataPlanes } = await applyConfiguration(client, configuration(file), { tag, waitSeconds });
  process.stdout.write(`${written} written, ${deleted} deleted; ${dataPlanes} data planes are connected and run it\n`);
} catch (error) {
  if (!(error instanceof GatewayError)) throw error;
  process.stderr.write(`hybridge: ${messageOf(error)}\n`);
  process.exitCode = EXIT_CODES[error.reason];
}

/** The constructs wrote the file from a declarative file that they had validated. */
function configuration(file: string): DesiredConfiguration {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as DesiredConfiguration;
  } catch (error) {
    throw new GatewayError('configuration-unreadable', `--file ${file}: ${messageOf(error)}`, 'io', { cause: error });
  }
}

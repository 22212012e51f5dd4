/** `hybridge cert`: the shared certificate of a tunnel, for planes started by hand. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SHARED_TUNNEL_SERVER_NAME } from '../../gateway/contract.ts';
import { messageOf } from '../../gateway/src/base/errors.ts';
import { CommandFailure, parseOptions } from '../command.ts';
import type { Command } from '../command.ts';

export const cert: Command = {
  name: 'cert',
  summary: 'make the shared certificate of a tunnel',
  usage: [
    'Usage: hybridge cert [--directory DIR] [--days N]',
    '',
    'Writes cluster.crt and cluster.key (EC P-384, self-signed, CN=kong_clustering): the certificate that both planes share',
    'with KONG_CLUSTER_MTLS=shared. Refuses to overwrite.',
    '',
    '  --directory DIR  where to write; default: here',
    '  --days N         days of validity; default 1095',
  ].join('\n'),
  async run(args) {
    const options = parseOptions('cert', args, { directory: { type: 'string', default: '.' }, days: { type: 'string', default: '1095' } });
    const days = Number(options.days);
    if (!Number.isInteger(days) || days < 1) {
      throw new CommandFailure(`--days: '${options.days}' is not valid; expected a whole number, 1 or more`);
    }
    await write(options.directory, days);
    return 0;
  },
};

async function write(directory: string, days: number): Promise<void> {
  const [certificate, key] = [join(directory, 'cluster.crt'), join(directory, 'cluster.key')];
  for (const path of [certificate, key]) {
    if (existsSync(path)) {
      throw new CommandFailure(
        `${path} exists and is not overwritten: planes may be using it. Move it, or choose another --directory`,
        'io',
      );
    }
  }
  // On demand: the library is the heaviest that the command line carries.
  const { createSelfSignedCertificate } = await import('../../gateway/src/base/self-signed-certificate.ts');
  const pair = await createSelfSignedCertificate({ commonName: SHARED_TUNNEL_SERVER_NAME, days });
  try {
    mkdirSync(directory, { recursive: true });
    writeFileSync(key, pair.key, { mode: 0o600, flag: 'wx' });
    writeFileSync(certificate, pair.certificate, { flag: 'wx' });
  } catch (error) {
    throw new CommandFailure(`cannot write to ${directory}: ${messageOf(error)}`, 'io', { cause: error });
  }
  process.stdout.write(`${certificate}\n${key}\n`);
}

/** `hybridge start`: one gateway node in the foreground, configured by KONG_* alone. */
import { pathToFileURL } from 'node:url';
import { ARTEFACTS } from '../../gateway/contract.ts';
import { artefact } from '../bundle.ts';
import { parseOptions } from '../command.ts';
import type { Command } from '../command.ts';

export const start: Command = {
  name: 'start',
  summary: 'run one gateway node in the foreground, configured by KONG_*',
  usage: [
    'Usage: hybridge start',
    '',
    'Runs one node until it receives Ctrl-C or SIGTERM. Environment variables alone configure it; the most important:',
    '',
    '  KONG_ROLE            traditional (default: both planes in one process), control_plane, data_plane',
    '  KONG_DATABASE        embedded (default), postgres, off',
    '  KONG_PREFIX          working directory; default .hybridge',
    '  KONG_PROXY_LISTEN    default 0.0.0.0:8000, 0.0.0.0:8443 ssl',
    '  KONG_ADMIN_LISTEN    default 127.0.0.1:8001',
    '  KONG_STATUS_LISTEN   default 127.0.0.1:8007',
    '  KONG_CLUSTER_LISTEN  default 0.0.0.0:8005; needs KONG_CLUSTER_CERT and KONG_CLUSTER_CERT_KEY, see hybridge cert',
    '',
    'All of them: docs/reference/settings.md.',
  ].join('\n'),
  async run(args) {
    parseOptions('start', args, {});
    await import(pathToFileURL(artefact(ARTEFACTS.start)).href);
    // The node has the process now; it ends it, and sets the exit code, itself.
    return Number(process.exitCode ?? 0);
  },
};

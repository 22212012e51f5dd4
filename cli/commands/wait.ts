/** `hybridge wait`: until the data planes run a revision. */
import { GatewayError } from '../../gateway/src/base/errors.ts';
import { CommandFailure } from '../command.ts';
import { FAILED, declarativeCommand, parseDeclarative, wholeNumber } from '../declarative/arguments.ts';
import { CONNECTION_OPTIONS, CONNECTION_USAGE } from '../declarative/connection.ts';
import { isJson } from './changes-output.ts';
import { clientOf } from './declarative-options.ts';

const DEFAULT_SECONDS = 120;
const MAX_SECONDS = 86_400;
const MAX_DATA_PLANES = 10_000;

/** Longest question to the control plane; more are asked until the time is over. */
const LONGEST_LOOK_SECONDS = 10;

export const wait = declarativeCommand({
  name: 'wait',
  summary: 'wait until the data planes run a revision',
  usage: [
    'Usage: hybridge wait [REVISION] [--seconds N] [--data-planes N] [--json] [options]',
    '',
    'Ends when every connected data plane runs the revision, or a later one. Default: the newest revision. Ends at once when a data plane',
    'has rejected it. Exit codes: 0 when they run it, and 1.',
    '',
    `  --seconds N                 longest wait; default ${DEFAULT_SECONDS}`,
    '  --data-planes N             at least so many data planes have to be connected; default 0',
    '  --json                      print the state of the data planes as JSON',
    '',
    ...CONNECTION_USAGE,
  ].join('\n'),
  async run(args) {
    const { values, positionals } = parseDeclarative('wait', args, {
      ...CONNECTION_OPTIONS, 'seconds': { type: 'string' }, 'data-planes': { type: 'string' },
    });
    const [given, ...others] = positionals;
    if (others.length > 0) throw new CommandFailure('wait: expected one revision, or none; see hybridge wait --help');
    const limit = wholeNumber('seconds', values.seconds, DEFAULT_SECONDS, MAX_SECONDS);
    const dataPlanes = wholeNumber('data-planes', values['data-planes'], 0, MAX_DATA_PLANES);
    const client = clientOf(values);
    const revision = given === undefined
      ? (await client.waitForRevision({ seconds: 0 })).revision : wholeNumber('revision', given, 0, Number.MAX_SAFE_INTEGER);
    const deadline = Date.now() + limit * 1000;
    for (;;) {
      const left = Math.max(0, Math.ceil((deadline - Date.now()) / 1000));
      const state = await client.waitForRevision({ revision, seconds: Math.min(left, LONGEST_LOOK_SECONDS), dataPlanes });
      const rejected = state.data_planes.filter(({ error, in_sync: isInSync }) => error !== null && !isInSync);
      if (!state.in_sync && rejected.length === 0 && Date.now() < deadline) continue;
      if (isJson(values)) process.stdout.write(`${JSON.stringify(state, undefined, 2)}\n`);
      if (state.in_sync) {
        if (!isJson(values)) process.stdout.write(`${state.data_planes.length} data planes run revision ${revision} or a later one\n`);
        return 0;
      }
      if (isJson(values)) return FAILED;
      const late = state.data_planes.filter(({ in_sync: isInSync }) => !isInSync).map(({ hostname, error }) => (
        error === null ? hostname : `${hostname} (rejected it: ${String(error.message)})`));
      const fewer = state.data_planes.length < dataPlanes ? `${state.data_planes.length} of ${dataPlanes} data planes are connected; ` : '';
      const message = `${fewer}not on revision ${revision} after ${limit} seconds: ${late.join(', ') || 'no data plane'}`;
      throw new GatewayError('configuration-not-running', message, 'unavailable');
    }
  },
});

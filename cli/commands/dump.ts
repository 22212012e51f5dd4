/** `hybridge dump`: the configuration of a control plane as a state file. */
import { existsSync } from 'node:fs';
import { CommandFailure } from '../command.ts';
import { declarativeCommand, parseDeclarative } from '../declarative/arguments.ts';
import { CONNECTION_OPTIONS, CONNECTION_USAGE } from '../declarative/connection.ts';
import { writeResult } from '../declarative/output-file.ts';
import { STANDARD_INPUT } from '../declarative/state-files.ts';
import { FORMATS, stateText } from '../declarative/state-text.ts';
import { clientOf, planOptions, progressOnStderr } from './declarative-options.ts';

export const dump = declarativeCommand({
  name: 'dump',
  summary: 'write the configuration of a control plane as a state file',
  usage: [
    'Usage: hybridge dump [options]',
    '',
    'Writes a file that sync and decK read: entities nested in those that they belong to, references by name, values without those that',
    'are defaults. The file has secrets in plain text, so only its owner can read it. Passwords of basic-auth are hashes.',
    '',
    '  -o, --output-file FILE      default -, which is standard output',
    '  --format yaml|json          default yaml',
    '  --select-tag TAG            only entities with this tag, which becomes _info.select_tags; repeat it for several, all of which count',
    '  --with-id                   keep the ids of entities with a name',
    '  --skip-consumers            leave out consumers, their groups and credentials, and plugins of consumers',
    '  --skip-ca-certificates      leave out certificates of authorities',
    '  --yes                       overwrite the file',
    '',
    ...CONNECTION_USAGE,
  ].join('\n'),
  async run(args) {
    const { values } = parseDeclarative('dump', args, {
      ...CONNECTION_OPTIONS,
      'output-file': { type: 'string', short: 'o', default: STANDARD_INPUT },
      'format': { type: 'string', default: 'yaml' },
      'select-tag': { type: 'string', multiple: true },
      'with-id': { type: 'boolean', default: false },
      'skip-consumers': { type: 'boolean', default: false },
      'skip-ca-certificates': { type: 'boolean', default: false },
      'yes': { type: 'boolean', default: false },
    });
    const format = FORMATS.find((known) => known === values.format);
    if (format === undefined) throw new CommandFailure(`--format: '${values.format}' is not valid; expected ${FORMATS.join(' or ')}`);
    const file = values['output-file'];
    if (file !== STANDARD_INPUT && !values.yes && existsSync(file)) {
      throw new CommandFailure(`${file} exists and is not overwritten: add --yes, or choose another file`, 'io');
    }
    const { skipConsumers, skipCaCertificates, selectTags = [] } = planOptions(values, false);
    const client = clientOf(values);
    const { readPresentState } = await import('../declarative/present-state.ts');
    const { stateDocument } = await import('../declarative/state-document.ts');
    const { present, schemas } = await progressOnStderr().step('read the control plane', () => (
      readPresentState(client, { tags: selectTags, skipConsumers, skipCaCertificates })));
    writeResult(file, stateText(stateDocument(present, { schemas, selectTags, withIds: values['with-id'] }), format));
    if ((present.get('basicauth_credentials')?.size ?? 0) > 0) {
      process.stderr.write('hybridge: passwords of basic-auth are hashes: only the control plane that they come from takes them again\n');
    }
    return 0;
  },
});

/** `hybridge import`: other descriptions of APIs become state files. */
import { basename } from 'node:path';
import { CommandFailure } from '../command.ts';
import { declarativeCommand, parseDeclarative } from '../declarative/arguments.ts';
import { writeResult } from '../declarative/output-file.ts';
import { STANDARD_INPUT, textAt } from '../declarative/state-files.ts';
import { FORMATS, stateText } from '../declarative/state-text.ts';
import { commandOf } from '../subcommands.ts';

const openapi = declarativeCommand({
  name: 'openapi',
  summary: 'make a state file with services and routes from an OpenAPI document',
  usage: [
    'Usage: hybridge import openapi FILE [options]',
    '',
    'Reads OpenAPI 3.1, 3.0 or 2.0. Makes a service for the servers, an upstream where there are several, and a route for each operation,',
    'whose path is a regular expression with the parameters as named groups. Extensions are read as decK reads them: x-kong-name,',
    'x-kong-tags, x-kong-service-defaults, x-kong-upstream-defaults, x-kong-route-defaults, x-kong-plugin-NAME. References inside of the',
    'document are followed, others are refused. The same document makes the same names and ids.',
    '',
    '  FILE                        the document; - is standard input',
    '  -o, --output-file FILE      default -, which is standard output',
    '  --format yaml|json          default yaml',
    '  --select-tag TAG            tag of all entities, in place of x-kong-tags; repeat it for several',
    '  --no-id                     leave out ids',
  ].join('\n'),
  async run(args) {
    const { values, positionals } = parseDeclarative('import openapi', args, {
      'output-file': { type: 'string', short: 'o', default: STANDARD_INPUT },
      'format': { type: 'string', default: 'yaml' },
      'select-tag': { type: 'string', multiple: true },
      'no-id': { type: 'boolean', default: false },
    });
    const [file, ...others] = positionals;
    if (file === undefined || others.length > 0) {
      throw new CommandFailure(
        'import openapi: expected one file; see hybridge import openapi --help',
      );
    }
    const format = FORMATS.find((known) => known === values.format);
    if (format === undefined) throw new CommandFailure(`--format: '${values.format}' is not valid; expected ${FORMATS.join(' or ')}`);
    const { ApiDocument } = await import('../openapi/api-document.ts');
    const { stateFromApi } = await import('../openapi/state-from-api.ts');
    const name = file === STANDARD_INPUT ? 'stdin' : file;
    const state = stateFromApi(new ApiDocument(name, textAt(file)), {
      fileName: basename(name), withIds: !values['no-id'], ...values['select-tag'] && { tags: values['select-tag'] },
    });
    writeResult(values['output-file'], stateText(state, format));
    return 0;
  },
});

export const importCommand = commandOf('import', 'make state files from other descriptions of APIs', [openapi]);

/** `hybridge explain`: what a gateway does with a request, and why. */
import { atOnce } from '../../gateway/src/base/steps.ts';
import type { DescribedRequest, Explanation } from '../../gateway/src/explain/explanation.ts';
import type { EntityValue } from '../../gateway/src/model/schema/field.ts';
import { CommandFailure } from '../command.ts';
import { declarativeCommand, FAILED, parseDeclarative } from '../declarative/arguments.ts';
import type { CommandRun } from '../declarative/arguments.ts';
import { CONNECTION_OPTIONS, CONNECTION_USAGE } from '../declarative/connection.ts';
import { errorLines } from '../declarative/error-lines.ts';
import { withMemberships } from '../declarative/memberships.ts';
import { routerFlavorOf } from '../declarative/router-flavor.ts';
import { explanationText } from '../judgement/explanation-text.ts';
import { coloursFor, NO_COLOURS } from '../terminal/colours.ts';
import { isJson } from './changes-output.ts';
import { clientOf, stateOf } from './declarative-options.ts';

export const explain = declarativeCommand({
  name: 'explain',
  summary: 'say which route, plugins and upstream a request gets, and why not others',
  usage: [
    'Usage: hybridge explain [METHOD] URL [options]',
    '',
    'Explains a request by the newest configuration of a control plane, or by state files: the route that gets it and why the nearest',
    'others do not, the plugins that run on it, in order, with their configuration, and where it is sent. Nothing is sent anywhere. The',
    'decisions are those of the data plane\'s own code; secrets are hidden. Exit codes: 0 when an upstream would get the request, 1',
    'otherwise.',
    '',
    '  METHOD                      default GET',
    '  URL                         of the client, e.g. https://api.example.com/orders?limit=1',
    '  -H, --header NAME:VALUE     header of the request; repeat it for several',
    '  --consumer NAME             id, username or custom id of the consumer that the request comes from; default none',
    '  --client-ip ADDRESS         address of the client; default 127.0.0.1',
    '  --sni NAME                  server name of the TLS handshake; default the host of the URL',
    '  --http-version VERSION      1.0, 1.1 or 2.0; default 1.1',
    '  -s, --state FILE            explain by this file or folder in place of a control plane; repeat it for several',
    '  --router-flavor NAME        with --state: traditional_compatible, traditional or expressions; default the first',
    '  --json-output, --json       print the explanation as JSON',
    '  --no-color                  no colours; so do NO_COLOR=1 and an output that is no terminal',
    '',
    ...CONNECTION_USAGE,
  ].join('\n'),
  async run(args, context) {
    const { values, positionals } = parseDeclarative('explain', args, {
      ...CONNECTION_OPTIONS,
      'header': { type: 'string', short: 'H', multiple: true, default: [] },
      'consumer': { type: 'string' },
      'client-ip': { type: 'string' },
      'sni': { type: 'string' },
      'http-version': { type: 'string' },
      'state': { type: 'string', short: 's', multiple: true },
      'router-flavor': { type: 'string' },
    });
    const request = describedRequest(positionals, values);
    const explanation = values.state === undefined
      ? (await clientOf(values).request<Explanation>('POST', '/explain', request as unknown as EntityValue)).body
      : await explainedByFiles(request, { state: values.state, routerFlavor: values['router-flavor'] }, context);
    if (explanation === undefined) return FAILED;
    const colours = values['no-color'] ? NO_COLOURS : coloursFor(process.stdout, process.env);
    process.stdout.write(isJson(values) ? `${JSON.stringify(explanation, undefined, 2)}\n` : explanationText(explanation, colours));
    return explanation.answer === null ? 0 : FAILED;
  },
});

interface RequestOptions {
  readonly 'header': readonly string[];
  readonly 'consumer'?: string;
  readonly 'client-ip'?: string;
  readonly 'sni'?: string;
  readonly 'http-version'?: string;
}

function describedRequest(words: readonly string[], options: RequestOptions): DescribedRequest {
  const url = words.at(-1);
  if (url === undefined || words.length > 2) {
    throw new CommandFailure(`explain: got ${words.length} words, expected [METHOD] URL; see hybridge explain --help`);
  }
  const { consumer, 'client-ip': clientIp, sni, 'http-version': version } = options;
  return {
    ...words.length === 2 && { method: words[0]!.toUpperCase() },
    url,
    headers: headersOf(options.header),
    ...consumer !== undefined && { consumer },
    ...clientIp !== undefined && { client_ip: clientIp },
    ...sni !== undefined && { sni },
    ...version !== undefined && { http_version: version as '1.1' },
  };
}

function headersOf(given: readonly string[]): Readonly<Record<string, readonly string[]>> {
  const headers = new Map<string, string[]>();
  for (const line of given) {
    const [, name, value] = /^([^:]+):\s*(.*)$/s.exec(line) ?? [];
    if (name === undefined) throw new CommandFailure(`--header: '${line}' is not valid; expected NAME:VALUE`);
    headers.set(name, [...headers.get(name) ?? [], value!]);
  }
  return Object.fromEntries(headers);
}

interface Files {
  readonly state: readonly string[];
  readonly routerFlavor: string | undefined;
}

/** @returns nothing for files that are not valid: their errors are printed */
async function explainedByFiles(
  request: DescribedRequest, { state, routerFlavor }: Files, context: CommandRun,
): Promise<Explanation | undefined> {
  const [{ explaining }, { compilingFile }] = await Promise.all([
    import('../../gateway/src/explain/explain.ts'), import('../../gateway/src/explain/file-configuration.ts'),
  ]);
  const options = { routerFlavor: routerFlavorOf(routerFlavor), compatibility: 'full' } as const;
  const compiled = atOnce(compilingFile(withMemberships(stateOf('explain', { state }, [], context)), options));
  if (compiled.ok) return atOnce(explaining(compiled.configuration, request));
  for (const line of errorLines(compiled.errors)) process.stderr.write(`${line}\n`);
  return undefined;
}

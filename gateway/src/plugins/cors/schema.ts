/** cors: answers preflight requests and adds the headers of cross-origin resource sharing. */
import { definePlugin } from '../../model/entities/plugin.ts';
import { rejectionOf } from '../../model/formats/regular-expression.ts';
import { array, boolean, number, record, string } from '../../model/schema/field.ts';
import type { RecordOf } from '../../model/schema/infer.ts';
import { noConsumer, protocolsHttp } from '../../model/schema/typedefs.ts';

export const METHODS = ['GET', 'HEAD', 'PUT', 'PATCH', 'POST', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT'] as const;

function originViolation(origin: string): string | undefined {
  const rejection = origin === '*' ? undefined : rejectionOf(origin);
  return rejection && `'${origin}' is not a valid regex${rejection.isOurs ? ` (${rejection.reason})` : ''}`;
}

const config = record({
  origins: array(string({ check: originViolation }), {
    description: 'Origins that may use the API: `*`, origins, or regular expressions. Default: `*`.',
  }),
  headers: array(string(), {
    description: 'Headers that requests may have. Default: those that the preflight request asks for.',
  }),
  exposed_headers: array(string(), { description: 'Headers of responses that scripts may read.' }),
  methods: array(string({ one_of: METHODS }), {
    default: METHODS,
    description: 'Methods that requests may have.',
  }),
  max_age: number({ description: 'Seconds for which a browser may keep the answer to a preflight request.' }),
  credentials: boolean({ required: true, default: false, description: 'Whether requests may carry credentials.' }),
  private_network: boolean({
    required: true, default: false,
    description: 'Whether pages of public networks may use the API of this private network.',
  }),
  preflight_continue: boolean({
    required: true, default: false, description: 'Whether preflight requests are proxied to the upstream service.',
  }),
}, { required: true });

export type CorsConfig = RecordOf<typeof config.fields>;

export const cors = definePlugin({
  name: 'cors',
  priority: 2000,
  fields: { consumer: noConsumer, protocols: protocolsHttp, config },
});

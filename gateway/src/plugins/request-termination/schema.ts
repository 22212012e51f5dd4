/** request-termination: answers requests itself. */
import { definePlugin } from '../../model/entities/plugin.ts';
import { boolean, integer, record, string } from '../../model/schema/field.ts';
import type { EntityValue } from '../../model/schema/field.ts';
import type { RecordOf } from '../../model/schema/infer.ts';
import { headerName, protocolsHttp } from '../../model/schema/typedefs.ts';

function bodyViolation({ message, content_type: type, body, echo }: EntityValue): string | undefined {
  const hasBody = isText(type) || isText(body);
  if (isText(message) && hasBody) return 'message cannot be used with content_type or body';
  if (isText(type) && !isText(body)) return 'content_type requires a body';
  return echo === true && hasBody ? 'echo cannot be used with content_type and body' : undefined;
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

const config = record({
  status_code: integer({
    required: true, default: 503, between: [100, 599], description: 'Status of the response.',
  }),
  message: string({ description: 'Message of the response, in a JSON object. Excludes `body`.' }),
  content_type: string({ description: 'Content-Type of `body`.' }),
  body: string({ description: 'Body of the response. Excludes `message`.' }),
  echo: boolean({
    required: true, default: false, description: 'Whether the response contains the request, to debug clients.',
  }),
  trigger: {
    ...headerName,
    description: 'Header or query argument that a request must have for this response. Default: all requests get it.',
  },
}, { required: true, check: bodyViolation });

export type RequestTerminationConfig = RecordOf<typeof config.fields>;

export const requestTermination = definePlugin({
  name: 'request-termination',
  priority: 2,
  takesConsumerGroups: true,
  fields: { protocols: protocolsHttp, config },
});

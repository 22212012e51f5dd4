/** aws-lambda: invokes a function of AWS Lambda instead of proxying. */
import { definePlugin } from '../../model/entities/plugin.ts';
import { boolean, integer, number, record, string } from '../../model/schema/field.ts';
import type { EntityValue } from '../../model/schema/field.ts';
import type { RecordOf } from '../../model/schema/infer.ts';
import { host, port, protocolsHttp, url } from '../../model/schema/typedefs.ts';

function proxyViolation(entity: EntityValue): Readonly<Record<string, string>> | undefined {
  const { proxy_url: proxy } = entity.config as RecordOf<typeof config.fields>;
  const scheme = /^([^:]+):\/\//.exec(proxy ?? '')?.[1];
  return scheme === undefined || scheme === 'http' ? undefined : { '@entity': 'proxy_url scheme must be http' };
}

const config = record({
  timeout: number({ required: true, default: 60000, description: 'Milliseconds to wait for the function.' }),
  keepalive: number({
    required: true, default: 60000, description: 'Milliseconds for which an idle connection is kept open.',
  }),
  aws_key: string({
    referenceable: true, encrypted: true,
    description: "Id of the AWS access key. Default: the credentials of the node's environment.",
  }),
  aws_secret: string({ referenceable: true, encrypted: true, description: 'Secret of the AWS access key.' }),
  aws_assume_role_arn: string({
    referenceable: true, encrypted: true, description: 'ARN of the role to assume before invoking the function.',
  }),
  aws_role_session_name: string({ default: 'kong', description: 'Name of the session of the assumed role.' }),
  aws_sts_endpoint_url: { ...url, description: 'URL of the security token service. Default: that of the region.' },
  aws_region: { ...host, description: 'AWS region of the function. Default: `AWS_REGION` of the node.' },
  function_name: string({ required: false, description: 'Name or ARN of the function.' }),
  qualifier: string({ description: 'Version or alias of the function.' }),
  invocation_type: string({
    required: true, default: 'RequestResponse', one_of: ['RequestResponse', 'Event', 'DryRun'],
    description: 'How to invoke: wait for the result, do not wait, or only check the permission.',
  }),
  log_type: string({
    required: true, default: 'Tail', one_of: ['Tail', 'None'],
    description: "Whether the function's answer contains the tail of its log.",
  }),
  host: { ...host, description: 'Host of the Lambda endpoint. Default: that of the region.' },
  port: { ...port, default: 443, description: 'Port of the Lambda endpoint.' },
  disable_https: boolean({ default: false, description: 'Whether to invoke the function without TLS.' }),
  unhandled_status: integer({
    between: [100, 999],
    description: 'Status of the response when the function fails. Default: 200, 202 or 204, by the kind of invocation.',
  }),
  forward_request_method: boolean({ default: false, description: "Whether the function gets the request's method." }),
  forward_request_uri: boolean({ default: false, description: "Whether the function gets the request's path and query." }),
  forward_request_headers: boolean({ default: false, description: "Whether the function gets the request's headers." }),
  forward_request_body: boolean({ default: false, description: "Whether the function gets the request's body." }),
  is_proxy_integration: boolean({
    default: false,
    description: 'Whether the result sets the status, headers and body, in the format of Amazon API Gateway.',
  }),
  awsgateway_compatible: boolean({
    default: false, description: 'Whether the function gets the request in the format of Amazon API Gateway.',
  }),
  proxy_url: { ...url, description: 'URL of the HTTP proxy to invoke the function through.' },
  skip_large_bodies: boolean({ default: true, description: 'Whether bodies that were buffered to disk are left out.' }),
  base64_encode_body: boolean({ default: true, description: 'Whether the function gets the body in base64.' }),
  aws_imds_protocol_version: string({
    required: true, default: 'v1', one_of: ['v1', 'v2'],
    description: 'Version of the instance metadata service to get credentials from.',
  }),
  empty_arrays_mode: string({
    required: true, default: 'legacy', one_of: ['legacy', 'correct'],
    description: 'Whether empty arrays in results become empty objects (`legacy`) or stay arrays (`correct`).',
  }),
}, { required: true });

export const awsLambda = definePlugin({
  name: 'aws-lambda',
  priority: 750,
  fields: { protocols: protocolsHttp, config },
  entity_checks: [
    { mutually_required: ['config.aws_key', 'config.aws_secret'] },
    { custom_entity_check: { field_sources: ['config.proxy_url'], fn: proxyViolation } },
  ],
});

/**
 * opa: asks Open Policy Agent about each request. Paid in Kong: types and defaults are those of the JSON schema in Kong's public
 * documentation, version 3.9.
 */
import { definePlugin } from '../../model/entities/plugin.ts';
import { boolean, record, string } from '../../model/schema/field.ts';
import { host, noConsumer, path, port, protocolsHttp } from '../../model/schema/typedefs.ts';

function included(what: string) {
  return boolean({ required: true, default: false, description: `Whether the question contains ${what}.` });
}

const config = record({
  opa_protocol: string({ default: 'http', one_of: ['http', 'https'], description: 'Protocol of the OPA server.' }),
  opa_host: { ...host, required: true, default: 'localhost', description: 'Host name or address of the OPA server.' },
  opa_port: { ...port, required: true, default: 8181, description: 'Port of the OPA server.' },
  opa_path: { ...path, required: true, description: 'Path of the policy that decides.' },
  include_service_in_opa_input: included('the service'),
  include_route_in_opa_input: included('the route'),
  include_consumer_in_opa_input: included('the consumer'),
  include_body_in_opa_input: included('the body of the request as text'),
  include_parsed_json_body_in_opa_input: included('the body of the request as JSON, when it is JSON'),
  include_uri_captures_in_opa_input: included("the captures of the route's regular expression"),
  ssl_verify: boolean({ required: true, default: true, description: 'Whether to verify the certificate of the OPA server.' }),
}, { required: true });

export const opa = definePlugin({
  name: 'opa',
  priority: 920,
  fields: { consumer: noConsumer, protocols: protocolsHttp, config },
});

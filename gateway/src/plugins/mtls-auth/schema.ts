/**
 * mtls-auth: lets in clients with a certificate of a known authority. Paid in Kong: types and defaults are those of the JSON schema in
 * Kong's public documentation, version 3.9.
 */
import { definePlugin } from '../../model/entities/plugin.ts';
import { anonymous } from '../../model/plugin-fields/authentication.ts';
import { array, boolean, number, record, string } from '../../model/schema/field.ts';
import { host, noConsumer, port, protocolsHttp, uuid } from '../../model/schema/typedefs.ts';
import { mtlsAuthCredential } from './entities.ts';

const config = record({
  anonymous,
  consumer_by: array(string({ one_of: ['username', 'custom_id'] }), {
    required: false, default: ['username', 'custom_id'],
    description: 'Fields of consumers that are compared with the names of the certificate, when no credential has its subject.',
  }),
  ca_certificates: array(uuid, { required: true, description: 'Ids of the authorities that clients may have certificates of.' }),
  cache_ttl: number({ required: true, default: 60, description: 'Seconds for which the consumer of a certificate is remembered.' }),
  skip_consumer_lookup: boolean({
    required: true, default: false, description: 'Whether a valid certificate is enough, without a consumer.',
  }),
  allow_partial_chain: boolean({
    required: true, default: false, description: 'Whether an intermediate authority is trusted without its root.',
  }),
  authenticated_group_by: string({
    required: false, default: 'CN', one_of: ['CN', 'DN'],
    description: 'Part of the subject that is the group of clients without a consumer.',
  }),
  revocation_check_mode: string({
    required: false, default: 'IGNORE_CA_ERROR', one_of: ['SKIP', 'IGNORE_CA_ERROR', 'STRICT'],
    description: 'Whether to ask if certificates are revoked, and to reject them when there is no answer.',
  }),
  http_timeout: number({ default: 30000, description: 'Milliseconds to wait for the answer about revocation.' }),
  cert_cache_ttl: number({ default: 60000, description: 'Milliseconds for which such an answer is remembered.' }),
  send_ca_dn: boolean({ default: false, description: 'Whether the handshake sends clients the names of the authorities.' }),
  http_proxy_host: { ...host, description: 'Proxy for questions about revocation by http.' },
  http_proxy_port: { ...port, description: 'Port of this proxy.' },
  https_proxy_host: { ...host, description: 'Proxy for questions about revocation by https.' },
  https_proxy_port: { ...port, description: 'Port of this proxy.' },
  default_consumer: string({
    description: 'Id or username of the consumer for clients with a valid certificate that belongs to no other.',
  }),
}, { required: true });

export const mtlsAuth = definePlugin({
  name: 'mtls-auth',
  priority: 1600,
  fields: { consumer: noConsumer, protocols: protocolsHttp, config },
  entity_checks: [
    { mutually_required: ['config.http_proxy_host', 'config.http_proxy_port'] },
    { mutually_required: ['config.https_proxy_host', 'config.https_proxy_port'] },
  ],
  entities: [mtlsAuthCredential],
});

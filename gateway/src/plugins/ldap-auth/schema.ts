/** ldap-auth: rejects requests without the credentials of a user in an LDAP directory. */
import { definePlugin } from '../../model/entities/plugin.ts';
import { anonymous, hideCredentials, realm } from '../../model/plugin-fields/authentication.ts';
import { boolean, number, record, string } from '../../model/schema/field.ts';
import { host, noConsumer, port, protocolsHttp } from '../../model/schema/typedefs.ts';

const config = record({
  ldap_host: { ...host, required: true, description: 'Host name or address of the directory.' },
  ldap_port: { ...port, required: true, default: 389, description: 'Port of the directory.' },
  ldaps: boolean({ required: true, default: false, description: 'Whether to connect with TLS.' }),
  start_tls: boolean({
    required: true, default: false, description: 'Whether to change to TLS after connecting.',
  }),
  verify_ldap_host: boolean({
    required: true, default: false, description: 'Whether to verify the certificate of the directory.',
  }),
  base_dn: string({
    required: true, description: 'Distinguished name of the entry that has the users below it.',
  }),
  attribute: string({ required: true, description: 'Attribute that has the username.' }),
  cache_ttl: number({
    required: true, default: 60, description: 'Seconds for which a verified credential is remembered.',
  }),
  hide_credentials: hideCredentials,
  timeout: number({ default: 10000, description: 'Milliseconds to wait for the directory.' }),
  keepalive: number({ default: 60000, description: 'Milliseconds for which an idle connection is kept open.' }),
  anonymous,
  header_type: string({
    default: 'ldap', description: 'Scheme in the Authorization header, before the credential.',
  }),
  realm,
}, {
  required: true,
  entity_checks: [
    {
      conditional: {
        if_field: 'ldaps',
        if_match: { eq: true },
        then_field: 'start_tls',
        then_match: { eq: false },
        then_err: "'ldaps' and 'start_tls' cannot be enabled simultaneously",
      },
    },
  ],
});

export const ldapAuth = definePlugin({
  name: 'ldap-auth',
  priority: 1200,
  fields: { consumer: noConsumer, protocols: protocolsHttp, config },
});

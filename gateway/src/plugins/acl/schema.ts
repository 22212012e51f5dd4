/** acl: lets consumers pass, or rejects them, by their groups. */
import { definePlugin } from '../../model/entities/plugin.ts';
import { array, boolean, record, string } from '../../model/schema/field.ts';
import type { RecordOf } from '../../model/schema/infer.ts';
import { noConsumer, protocolsHttp } from '../../model/schema/typedefs.ts';
import { aclGroup } from './entities.ts';

const config = record({
  allow: array(string(), { description: 'Groups whose members may pass; everyone else is rejected.' }),
  deny: array(string(), { description: 'Groups whose members are rejected.' }),
  hide_groups_header: boolean({
    required: true, default: false,
    description: 'Whether to keep the header X-Consumer-Groups from the upstream service.',
  }),
  always_use_authenticated_groups: boolean({
    required: true, default: false,
    description: 'Whether to use the groups that an authentication plugin found even for known consumers.',
  }),
}, { required: true });

export const acl = definePlugin({
  name: 'acl',
  priority: 950,
  fields: { consumer: noConsumer, protocols: protocolsHttp, config },
  entity_checks: [
    { only_one_of: ['config.allow', 'config.deny'] },
    { at_least_one_of: ['config.allow', 'config.deny'] },
  ],
  entities: [aclGroup],
});

export type AclConfig = RecordOf<typeof config.fields>;

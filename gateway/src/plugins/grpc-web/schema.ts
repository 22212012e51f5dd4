/** grpc-web: lets browsers call gRPC services. */
import { definePlugin } from '../../model/entities/plugin.ts';
import { boolean, record, string } from '../../model/schema/field.ts';
import type { RecordOf } from '../../model/schema/infer.ts';
import { protocolsAll } from '../../model/schema/typedefs.ts';

const config = record({
  proto: string({
    required: false, description: 'Path of the .proto file, to translate between JSON and gRPC.',
  }),
  pass_stripped_path: boolean({
    required: false, description: 'Whether the upstream service gets the path without the prefix of the route.',
  }),
  allow_origin_header: string({
    required: false, default: '*', description: 'Value of the response header Access-Control-Allow-Origin.',
  }),
}, { required: true });

export type GrpcWebConfig = RecordOf<typeof config.fields>;

export const grpcWeb = definePlugin({
  name: 'grpc-web',
  priority: 3,
  fields: { protocols: protocolsAll, config },
});

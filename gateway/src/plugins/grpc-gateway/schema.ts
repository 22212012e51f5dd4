/** grpc-gateway: lets clients of HTTP and JSON call gRPC services. */
import { definePlugin } from '../../model/entities/plugin.ts';
import { record, string } from '../../model/schema/field.ts';
import type { RecordOf } from '../../model/schema/infer.ts';
import { protocolsAll } from '../../model/schema/typedefs.ts';

const config = record({
  proto: string({ required: false, description: 'Path of the .proto file that maps requests to methods.' }),
}, { required: true });

export type GrpcGatewayConfig = RecordOf<typeof config.fields>;

export const grpcGateway = definePlugin({
  name: 'grpc-gateway',
  priority: 998,
  fields: { protocols: protocolsAll, config },
});

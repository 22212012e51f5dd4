/** Groups of consumers: below a consumer, the error of an unknown group has another form, unless its id is given. */
import { randomBytes } from 'node:crypto';

import { UUID } from '../../../model/schema/compiled/constraints.ts';
import type { AdminAnswer } from '../endpoint.ts';
import type { EntityExtension } from './extension.ts';

export const aclEndpoints: EntityExtension = ({ kit, kits, endpoints }) => {
  const consumers = kits.get('consumers')!;
  const path = `${kit.pathBelow(consumers)}/{${kit.name}}`;
  const { methods } = endpoints.find((endpoint) => endpoint.path === path)!;
  return [{
    path,
    methods: Object.fromEntries(Object.entries(methods).map(([method, handler]) => [method, async (request) => {
      const answer = await handler(request);
      return answer.status === 404 && !UUID.test(request.params[kit.name]!) ? notFound() : answer;
    }])),
  }];
};

function notFound(): AdminAnswer {
  return { status: 404, body: { message: 'Not found', request_id: randomBytes(16).toString('hex') } };
}

/** Certificates: the error of an unknown one has the code of an entity that is not found. */
import { notFoundAt } from '../../entity-operations.ts';
import type { EntityExtension } from './extension.ts';

export const certificateEndpoints: EntityExtension = ({ kit }) => [{
  path: kit.entityPath,
  methods: {
    GET: async (request) => {
      const address = kit.address(request);
      const answer = await kit.get(request, async () => ({ address }));
      if (answer.status === 404) throw notFoundAt(address);
      return answer;
    },
  },
}];

/** Certificates: the error of an unknown one has the code of an entity that is not found; writes take server names in more forms. */
import { UUID } from '../../../model/schema/compiled/constraints.ts';
import type { EntityValue } from '../../../model/schema/field.ts';
import { notFoundAt } from '../../entity-operations.ts';
import type { AdminRequest } from '../endpoint.ts';
import type { EntityExtension } from './extension.ts';

export const certificateEndpoints: EntityExtension = ({ kit, endpoints }) => {
  const { PUT, PATCH } = endpoints.find(({ path }) => path === kit.entityPath)!.methods;
  return [{
    path: kit.entityPath,
    methods: {
      GET: async (request) => {
        const address = kit.address(request);
        const answer = await kit.get(request, async () => ({ address }));
        if (answer.status === 404) throw notFoundAt(address);
        return answer;
      },
      PUT: (request) => PUT!(withNames(request, nameIn(request))),
      PATCH: (request) => PATCH!(withNames(request)),
    },
  }];
};

/** The server name that the URL names the certificate by. */
function nameIn({ path }: AdminRequest): string | undefined {
  const text = decodeURIComponent(path.slice(path.lastIndexOf('/') + 1));
  return UUID.test(text) ? undefined : text;
}

/** A single server name counts as a list; a list that is given gets the URL's name, too. */
function withNames(request: AdminRequest, name?: string): AdminRequest {
  return {
    ...request,
    body: async (typed) => {
      const body = await request.body(typed);
      const names = typeof body.snis === 'string' ? [body.snis] : body.snis;
      if (!Array.isArray(names)) return body;
      return { ...body, snis: name === undefined || names.includes(name) ? names : [...names, name] } satisfies EntityValue;
    },
  };
}

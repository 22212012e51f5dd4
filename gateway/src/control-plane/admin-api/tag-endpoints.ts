/** `/tags`: which entities have which tags. Tags are written with their entities only. */
import { invalidUnique, schemaViolation } from '../../model/entity-error.ts';
import { UUID } from '../../model/schema/compiled/constraints.ts';
import { tags } from '../../model/schema/typedefs.ts';
import { violationOf } from '../../model/schema/violation-of.ts';
import type { Store } from '../../store/store.ts';
import type { AdminRequest, Endpoint } from './endpoint.ts';
import { pageAnswer, pageRequested } from './pagination.ts';

export function tagEndpoints(store: Store): readonly Endpoint[] {
  const list = (request: AdminRequest, tag?: string) => store.read(async (reader) => {
    const page = await reader.tags({ ...pageRequested(request, isTagKey), ...tag !== undefined && { tag } });
    return pageAnswer(request, page, (row) => row, ['size']);
  });
  const refuse = () => {
    throw schemaViolation({ tags: 'does not support insert/upsert/update/delete operations' });
  };
  return [
    { path: '/tags', about: 'the tags of all entities', methods: { GET: (request) => list(request), POST: refuse } },
    {
      path: '/tags/{tags}',
      about: 'the entities that have a tag',
      methods: {
        GET: (request) => {
          const tag = request.params.tags!;
          const violation = violationOf(tags.elements, tag);
          if (typeof violation === 'string') throw invalidUnique('tag', violation);
          return list(request, tag);
        },
        PUT: refuse,
        PATCH: refuse,
        DELETE: refuse,
      },
    },
  ];
}

/** The key of a tag's row: digest of the tag, type and id of the entity. PostgreSQL rejects some other texts. */
function isTagKey(key: string): boolean {
  try {
    const parts: unknown = JSON.parse(key);
    if (!Array.isArray(parts) || parts.length !== TAG_KEY.length) return false;
    return TAG_KEY.every((pattern, index) => typeof parts[index] === 'string' && pattern.test(parts[index]));
  } catch {
    return false;
  }
}

const TAG_KEY: readonly RegExp[] = [/^[0-9a-f]{64}$/, /^[a-z_]+$/, UUID];

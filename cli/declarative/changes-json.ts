/** Changes for programs, in the form of decK's --json-output. */
import type { EntityValue } from '../../gateway/src/model/schema/field.ts';
import { withoutSecrets } from '../../gateway/src/model/schema/secret-values.ts';
import { countsOf, kindOf } from './changes-text.ts';
import type { Labels } from './changes-text.ts';
import { labelOf } from './identity.ts';
import type { Change } from './state-difference.ts';

interface JsonChange {
  readonly name: string;
  readonly kind: string;
  readonly body: { readonly new: EntityValue | null; readonly old: EntityValue | null };
}

export interface ChangesDocument {
  readonly changes: Readonly<Record<'creating' | 'updating' | 'deleting', readonly JsonChange[]>>;
  readonly summary: { readonly creating: number; readonly updating: number; readonly deleting: number; readonly total: number };
  readonly warnings: readonly string[];
  readonly errors: readonly string[];
  /** The revision that the changes were made for, or that has them; null for a control plane without revisions. */
  readonly revision: number | null;
}

export function changesDocument(
  changes: readonly Change[], labels: Labels, revision: number | undefined, errors: readonly string[] = [],
): ChangesDocument {
  const listed = (kind: Change['kind']) => changes.filter((change) => change.kind === kind).map((change) => jsonChange(change, labels));
  const { created, updated, deleted } = countsOf(changes);
  return {
    changes: { creating: listed('create'), updating: listed('update'), deleting: listed('delete') },
    summary: { creating: created, updating: updated, deleting: deleted, total: created + updated + deleted },
    warnings: [], errors, revision: revision ?? null,
  };
}

function jsonChange({ schema, before, after }: Change, labels: Labels): JsonChange {
  return {
    name: labelOf(schema, (after ?? before)!, labels),
    kind: kindOf(schema),
    body: { new: after ? withoutSecrets(schema, after) : null, old: before ? withoutSecrets(schema, before) : null },
  };
}

/** What the transactions of one store share: its statements, and the types of its rows. */
import type { EntitySchema, Schemas } from '../../model/schema/entity-schema.ts';
import type { Seal } from '../history/seal.ts';
import { statement } from './statement.ts';
import type { Statement } from './statement.ts';
import { CHECK, statementsFor } from './statements.ts';
import type { Statements } from './statements.ts';
import type { Dialect } from './tables.ts';
import { WRITE_PARTS } from './write-parts.ts';
import type { WritePart } from './write-parts.ts';

export class SqlContext {
  readonly statements: Statements;
  readonly #composed = new Map<string, readonly Statement[]>();

  constructor(readonly dialect: Dialect, readonly schemas: Schemas, readonly seal: Seal) {
    this.statements = statementsFor(dialect);
  }

  /** Lists have few shapes, so the statement of each is kept. */
  list(shape: object, compose: () => Statement): Statement {
    return this.#kept(JSON.stringify(shape), () => [compose()])[0]!;
  }

  /** The statements that do the parts of a change. @param isChecked whether claims are checked by the same statement */
  changes(parts: readonly WritePart[], isChecked: boolean): readonly Statement[] {
    const { dialect } = this;
    const templates = parts.map((part) => WRITE_PARTS[part]);
    return this.#kept(`${isChecked ? 'checked:' : ''}${parts.join()}`, () => (
      (isChecked ? [dialect.checked!(templates, CHECK)] : dialect.write(templates)).map((template) => statement(dialect, template))));
  }

  schemaOf(entity: string): EntitySchema {
    const schema = this.schemas.get(entity);
    if (!schema) throw new Error(`no entity type is named '${entity}'`);
    return schema;
  }

  #kept(id: string, compose: () => readonly Statement[]): readonly Statement[] {
    let found = this.#composed.get(id);
    if (!found) this.#composed.set(id, found = compose());
    return found;
  }
}

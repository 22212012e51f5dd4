/** What the transactions of one store share: its statements, and the types of its rows. */
import type { EntitySchema, Schemas } from '../../model/schema/entity-schema.ts';
import { run, statement } from './statement.ts';
import type { Parameters, Statement } from './statement.ts';
import { statementsFor } from './statements.ts';
import type { Statements } from './statements.ts';
import type { Connection, Dialect } from './tables.ts';
import { WRITE_PARTS } from './write-parts.ts';
import type { WritePart } from './write-parts.ts';

export class SqlContext {
  readonly statements: Statements;
  readonly #composed = new Map<string, readonly Statement[]>();

  constructor(readonly dialect: Dialect, readonly schemas: Schemas) {
    this.statements = statementsFor(dialect);
  }

  /** Lists have few shapes, so the statement of each is kept. */
  list(shape: object, compose: () => Statement): Statement {
    return this.#kept(JSON.stringify(shape), () => [compose()])[0]!;
  }

  /** Does the parts of a change. */
  async write(connection: Connection, parts: readonly WritePart[], values: Parameters): Promise<void> {
    const statements = this.#kept(parts.join(), () => (
      this.dialect.write(parts.map((part) => WRITE_PARTS[part])).map((template) => statement(this.dialect, template))));
    for (const each of statements) await run(connection, each, values);
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

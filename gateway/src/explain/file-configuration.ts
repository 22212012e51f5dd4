/** A declarative file as its data planes would run it. */
import type { Compatibility } from '../base/compatibility.ts';
import type { RouterFlavor } from '../base/router-flavor.ts';
import type { Steps } from '../base/steps.ts';
import { readNodeSource } from '../declarative/node-configuration.ts';
import type { Reading } from '../declarative/reading.ts';
import type { ConfigurationSource, SourceError } from '../declarative/source.ts';
import { storedRows, tableOfRows } from '../declarative/stored-rows.ts';
import { settledTable } from '../model/declarative.ts';
import { TableReader } from '../model/table-reader.ts';
import { schemasFor } from '../plugins/schemas.ts';
import { compilingExplainable } from './explainable-configuration.ts';
import type { ExplainableConfiguration } from './explainable-configuration.ts';

type FileConfiguration =
  | { readonly ok: true; readonly configuration: ExplainableConfiguration; readonly reading: Reading }
  | { readonly ok: false; readonly errors: readonly SourceError[] };

interface FileOptions {
  /** That of the data planes. @default - the default flavor */
  readonly routerFlavor?: RouterFlavor | undefined;
  /** @default 'kong-3.9.1' */
  readonly compatibility?: Compatibility;
}

/** @param source in Kong's format or decK's */
export function* compilingFile(source: ConfigurationSource, { routerFlavor, compatibility }: FileOptions = {}): Steps<FileConfiguration> {
  const { schemas, plugins } = schemasFor({
    ...compatibility !== undefined && { compatibility }, ...routerFlavor !== undefined && { routerFlavor },
  });
  const reading = readNodeSource(source, { schemas, takesMetadata: true });
  if (!reading.isValid) return { ok: false, errors: reading.lines() };
  const table = tableOfRows(storedRows(reading, Date.now() / 1_000), schemas);
  const settled = settledTable(yield* new TableReader(schemas).read(table));
  if (!settled.ok) return { ok: false, errors: settled.errors.map(({ message }) => ({ line: 1, path: '', message })) };
  const { setAside } = settled;
  const configuration = yield* compilingExplainable({ table: settled.table, setAside, schemas, plugins, routerFlavor });
  return { ok: true, configuration, reading };
}

import type { SourceGraph } from './import-graph';
import { LAYERS, UNREACHABLE } from './layer-table';
import type { Layer } from './layer-table';

/**
 * Every breach of the layers, one readable line each; empty when the layers hold. Type imports count.
 */
export function layerViolations(graph: SourceGraph): string[] {
  return [...forbiddenImports(graph), ...cycles(graph)];
}

function forbiddenImports(graph: SourceGraph): string[] {
  const violations: string[] = [];
  for (const [file, imports] of graph) {
    const governing = layerOf(file);
    if (!governing) {
      violations.push(`${file} is in no room of projenrc/layer-table.ts: add its folder to the table, or move it`);
      continue;
    }
    for (const { imported, isType } of imports) {
      if (allowed(governing, imported, isType)) continue;
      violations.push(`${file} imports ${imported}: ${governing.layer.why}`);
    }
  }
  return violations;
}

interface GoverningLayer {
  readonly room: string;
  readonly layer: Layer;
}

function layerOf(file: string): GoverningLayer | undefined {
  let best: GoverningLayer | undefined;
  for (const [pattern, layer] of Object.entries(LAYERS)) {
    const room = roomMatching(pattern, file);
    if (room && (!best || room.length > best.room.length)) best = { room, layer };
  }
  return best;
}

/** The folder or file that a pattern matches in the path of a file, if the file is in it. */
function roomMatching(pattern: string, file: string): string | undefined {
  const wanted = pattern.split('/');
  const actual = file.split('/');
  if (actual.length < wanted.length) return undefined;
  // `*` is a folder: plugins/schemas.ts is a file of plugins/, not a room of its own kind.
  const star = wanted.indexOf('*');
  if (star >= 0 && star === actual.length - 1) return undefined;
  return wanted.every((segment, at) => segment === '*' || segment === actual[at]) ? actual.slice(0, wanted.length).join('/') : undefined;
}

function allowed({ room, layer }: GoverningLayer, imported: string, isType: boolean): boolean {
  if (within(room, imported)) return true;
  return [...layer.mayImport, ...isType ? layer.mayImportTypesOf ?? [] : []].some((prefix) => {
    return within(prefix, imported) && !within(`${prefix}/private`, imported);
  });
}

function within(room: string, file: string): boolean {
  return file === room || file.startsWith(`${room}/`);
}

/** Strongly connected components with more than one file, by Tarjan's algorithm. */
function cycles(graph: SourceGraph): string[] {
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const found: string[] = [];

  const importsOf = (file: string) => (graph.get(file) ?? []).map(({ imported }) => imported);
  const visit = (file: string) => {
    order.set(file, order.size);
    low.set(file, order.get(file)!);
    stack.push(file);
    for (const next of importsOf(file)) {
      if (!order.has(next)) visit(next);
      if (stack.includes(next)) low.set(file, Math.min(low.get(file)!, low.get(next)!));
    }
    if (low.get(file) !== order.get(file)) return;
    const component = stack.splice(stack.indexOf(file));
    const importsItself = importsOf(file).includes(file);
    if (component.length > 1 || importsItself) found.push(`import cycle: ${component.sort().join(' <-> ')}`);
  };
  for (const file of graph.keys()) if (!order.has(file)) visit(file);
  return found;
}

/** The import graph as the bundler saw it: types are erased, so every edge is code. */
export type BundledGraph = ReadonlyMap<string, readonly string[]>;

/** The part of esbuild's metafile that the check reads. */
export interface BundlerInputs {
  readonly [file: string]: { readonly imports: readonly { readonly path: string; readonly external?: boolean }[] };
}

export function bundledGraph(inputs: BundlerInputs): BundledGraph {
  return new Map(
    Object.entries(inputs).map(([file, { imports }]) => [file, imports.filter(({ external }) => !external).map(({ path }) => path)]),
  );
}

/**
 * What artefacts carry that they must not, one readable line each.
 *
 * @param artefacts entry points; what they may never reach is listed in `UNREACHABLE`
 */
export function reachViolations(graph: BundledGraph, artefacts: readonly string[]): string[] {
  return artefacts.flatMap((artefact) => UNREACHABLE
    .filter((rule) => rule.artefact.test(artefact))
    .flatMap((rule) => reachableFrom(graph, artefact)
      .filter((file) => rule.file.test(file))
      .map((file) => `${artefact} reaches ${file}: ${rule.why}`)));
}

function reachableFrom(graph: BundledGraph, artefact: string): string[] {
  const seen = new Set([artefact]);
  for (const file of seen) for (const next of graph.get(file) ?? []) seen.add(next);
  return [...seen];
}

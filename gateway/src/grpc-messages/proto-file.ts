/** Services and messages of a .proto file. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import protobuf from 'protobufjs';

export interface GrpcMethod {
  /** Path of its requests: `/package.Service/Method`. */
  readonly path: string;
  readonly request: protobuf.Type;
  readonly response: protobuf.Type;
  /** Options `google.api.http`, as the file has them. */
  readonly httpRules: readonly HttpRule[];
}

/** https://github.com/googleapis/googleapis/blob/master/google/api/http.proto */
export type HttpRule = Readonly<Record<string, unknown>>;

const HTTP_OPTION = '(google.api.http)';

/** @throws Error the file, or one that it imports, cannot be read or is malformed */
export function readProtoFile(path: string): readonly GrpcMethod[] {
  const root = new protobuf.Root();
  const folder = dirname(resolve(path));
  const read = new Set<string>();
  const add = (file: string): void => {
    if (read.has(file)) return;
    read.add(file);
    // Names as the file has them: JSON has the same.
    const { imports = [], weakImports = [] } = protobuf.parse(readFileSync(file, 'utf8'), root, { keepCase: true });
    for (const name of [...imports, ...weakImports]) {
      const found = [join(folder, name), join(dirname(file), name)].find((place) => existsSync(place));
      if (found !== undefined) add(found);
      else addKnown(root, name, file);
    }
  };
  add(resolve(path));
  root.resolveAll();
  return servicesIn(root).flatMap((service) => service.methodsArray.map(methodOf));
}

/** Files of the language itself come with the library; options are read without their definitions. */
function addKnown(root: protobuf.Root, name: string, importer: string): void {
  const known = protobuf.common.get(name);
  if (known?.nested !== undefined) root.addJSON(known.nested);
  else if (!/^google\/(?:api|protobuf)\//.test(name)) throw new Error(`${importer} imports ${name}, which is not there`);
}

function servicesIn(namespace: protobuf.NamespaceBase): readonly protobuf.Service[] {
  return namespace.nestedArray.flatMap((nested) => [
    ...nested instanceof protobuf.Service ? [nested] : [],
    ...nested instanceof protobuf.Namespace ? servicesIn(nested) : [],
  ]);
}

function methodOf(method: protobuf.Method): GrpcMethod {
  const options = (method.parsedOptions ?? []) as readonly Readonly<Record<string, unknown>>[];
  return {
    path: `/${method.parent!.fullName.slice(1)}/${method.name}`,
    request: method.resolvedRequestType!,
    response: method.resolvedResponseType!,
    httpRules: options.flatMap((option) => isRule(option[HTTP_OPTION]) ? [option[HTTP_OPTION]] : []),
  };
}

function isRule(value: unknown): value is HttpRule {
  return typeof value === 'object' && value !== null;
}

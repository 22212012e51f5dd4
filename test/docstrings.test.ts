/** What the public API says about itself, read from the assembly that jsii makes of it. */
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

interface Docs {
  readonly summary?: string;
  readonly remarks?: string;
  readonly default?: string;
}

interface Member {
  readonly name: string;
  readonly docs?: Docs;
  readonly optional?: boolean;
  readonly overrides?: string;
}

interface Type {
  readonly name: string;
  readonly kind: 'class' | 'interface' | 'enum';
  /** Whether it is a struct: what is passed to a construct. */
  readonly datatype?: boolean;
  readonly docs?: Docs;
  readonly properties?: readonly Member[];
  /** Of an enum. */
  readonly members?: readonly Member[];
  readonly locationInModule?: { readonly filename: string };
}

const ASSEMBLY = join(__dirname, '..', '.jsii');
const SOURCES = join(__dirname, '..', 'src');

/** Why the assembly tells nothing about the sources, or undefined. */
function absence(): string | undefined {
  if (!existsSync(ASSEMBLY)) return 'there is no .jsii';
  const compiled = statSync(ASSEMBLY).mtimeMs;
  const isOlder = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).some(
    (path) => path.endsWith('.ts') && statSync(join(SOURCES, path)).mtimeMs > compiled,
  );
  return isOlder ? '.jsii is older than src' : undefined;
}

const reason = absence();
const types =
  reason === undefined ? Object.values((JSON.parse(readFileSync(ASSEMBLY, 'utf8')) as { types: Record<string, Type> }).types) : [];
/** Skipped visibly, with the reason in the title. */
function testCompiled(title: string, run: () => void): void {
  if (reason === undefined) test(title, run);
  else test.skip(`${title} (${reason}: run npx jsii)`, run);
}

/** Properties and members that a type declares itself. */
function own({ properties = [], members = [] }: Type): Member[] {
  return [...properties, ...members].filter(({ overrides }) => overrides === undefined);
}

function missing(holds: (member: Member, type: Type) => boolean, among: readonly Type[] = types): string[] {
  return among.flatMap((type) => own(type).filter((member) => !holds(member, type)).map(({ name }) => `${type.name}.${name}`));
}

testCompiled('every public type, property and enum member is explained', () => {
  expect(types.length).toBeGreaterThan(100);
  expect(types.filter(({ docs }) => !docs?.summary).map(({ name }) => name)).toEqual([]);
  expect(missing(({ docs }) => docs?.summary !== undefined)).toEqual([]);
});

testCompiled('every optional property says what it is by default', () => {
  const structs = types.filter(({ datatype }) => datatype);
  expect(structs.length).toBeGreaterThan(50);
  expect(missing(({ optional, docs }) => !optional || docs?.default !== undefined, structs)).toEqual([]);
});

/** The wordings that docstrings use for it. */
const MUTABILITY = /fixed once|can(?:not)? be (?:changed|added|taken|undone)|replaces the|upgrade one minor at a time/i;

/** Options for reading a file: not part of a cluster. */
const NOT_OF_A_CLUSTER = ['HardwareCsvOptions'];

testCompiled('every property of an EKS Anywhere cluster, or the struct that contains it, says whether it can be changed later', () => {
  const structs = types.filter(
    ({ datatype, locationInModule, name }) =>
      datatype && /^src\/eks-anywhere\/[^/]+$/.test(locationInModule?.filename ?? '') && !NOT_OF_A_CLUSTER.includes(name),
  );
  expect(structs.length).toBeGreaterThan(30);
  const says = (docs: Docs | undefined) => MUTABILITY.test(`${docs?.summary} ${docs?.remarks}`.replace(/\s+/g, ' '));
  expect(missing(({ docs }, type) => says(docs) || says(type.docs), structs)).toEqual([]);
});

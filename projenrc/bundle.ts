/**
 * Builds lib/bundle/ (`--to FOLDER`: another folder) from gateway/ and cli/:
 *
 *   image/            a complete build context: Dockerfile, one .mjs a role, third-party licences
 *   lambda/<name>/    one folder, one CDK asset
 *   cli/              the command line
 *   eksa-*.mjs        the rules of EKS Anywhere as functions (check, diff), for any JavaScript runtime
 *   plugins.json      names of the plugins that data planes of the packaged gateway run, for constructs
 *   declarative.cjs   the reader of declarative files, for constructs: it is loaded while they are made, so it is no ES module
 *   settings.cjs      what a node says of one setting, for constructs
 *
 * Readable on purpose: not minified, names kept, so that stack traces read. Two runs over the same sources are byte-equal,
 * which keeps asset hashes stable. Ends with the check of the layers.
 */
import { chmodSync, cpSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import type { BuildOptions, Metafile } from 'esbuild';
import { NODE_MAJOR } from '../src/private/contract';
import { readSourceGraph } from './import-graph';
import { bundledGraph, layerViolations, reachViolations } from './layer-check';
import { licencesOf } from './third-party-licences';

const ROOT = join(__dirname, '..');
const DESTINATION = resolve(parseArgs({ options: { to: { type: 'string' } } }).values.to ?? join(ROOT, 'lib', 'bundle'));
/** Built next to its destination and moved there whole: no process reads half a bundle, and a failed build leaves the last one. */
const OUT = `${DESTINATION}.${process.pid}`;
const VERSION: string = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version;

const COMMON: BuildOptions = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: 'node',
  target: `node${NODE_MAJOR}`,
  format: 'esm',
  outExtension: { '.js': '.mjs' },
  keepNames: true,
  legalComments: 'none',
  // Without comments: one character in them beyond Latin-1 makes V8 keep two bytes for each character of an artefact.
  minifyWhitespace: true,
  lineLimit: 160,
  metafile: true,
  logLevel: 'warning',
  define: { __HYBRIDGE_VERSION__: JSON.stringify(VERSION) },
  // Optional accelerators that their libraries try to load and do without.
  external: ['pg-native', 'bufferutil', 'utf-8-validate'],
  // CommonJS libraries inside an ES module still call require().
  banner: { js: "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);" },
};

async function main() {
  try {
    const metafiles = [
      ...(await bundleImage()),
      ...(await bundleLambdas()),
      ...(await bundleCommandLine()),
      await bundleEksAnywhereRules(),
      await bundleReaders(),
    ];
    await writePluginNames();
    makeReadable(OUT);
    rmSync(DESTINATION, { recursive: true, force: true });
    renameSync(OUT, DESTINATION);
    checkLayers(metafiles);
  } finally {
    rmSync(OUT, { recursive: true, force: true });
  }
}

async function bundleImage(): Promise<Metafile[]> {
  const context = join(OUT, 'image');
  mkdirSync(context, { recursive: true });
  const entries = filesIn('gateway/src/main', /\.ts$/);
  const { metafile } = await build({
    ...COMMON,
    entryPoints: entries,
    outdir: context,
    external: [...COMMON.external!, ...entries.map(siblingArtefact)],
  });
  cpSync(join(ROOT, 'gateway', 'image', 'Dockerfile'), join(context, 'Dockerfile'));
  // An empty folder, which COPY takes with the right owner: no shell is needed to make one.
  mkdirSync(join(context, 'working-directory'));
  writeFileSync(join(context, 'working-directory', '.keep'), '');
  writeFileSync(join(context, '.dockerignore'), 'Dockerfile\n.dockerignore\n');
  writeFileSync(join(context, 'THIRD-PARTY-LICENSES.txt'), licencesOf(ROOT, Object.keys(metafile!.inputs)));
  return [metafile!];
}

/** start.ts loads its siblings at run time: they are artefacts of their own, not parts of it. */
function siblingArtefact(entry: string): string {
  return `./${basename(entry, '.ts')}.mjs`;
}

async function bundleLambdas(): Promise<Metafile[]> {
  const metafiles: Metafile[] = [];
  for (const entry of filesIn('gateway/src/main/lambda', /\.ts$/)) {
    const outdir = join(OUT, 'lambda', basename(entry, '.ts'));
    const { metafile } = await build({ ...COMMON, entryPoints: [{ in: entry, out: 'index' }], outdir, minify: true });
    writeFileSync(join(outdir, 'THIRD-PARTY-LICENSES.txt'), licencesOf(ROOT, Object.keys(metafile!.inputs)));
    metafiles.push(metafile!);
  }
  return metafiles;
}

async function bundleCommandLine(): Promise<Metafile[]> {
  const outdir = join(OUT, 'cli');
  // AWS clients are chunks of their own, so that a command that calls no AWS API does not load them; ES modules of them,
  // because a part made of CommonJS has no named exports. All in one folder: the gateway is found from there.
  const { metafile } = await build({
    ...COMMON,
    entryPoints: ['cli/hybridge.ts'],
    outdir,
    splitting: true,
    chunkNames: 'part-[hash]',
    mainFields: ['module', 'main'],
  });
  writeFileSync(join(outdir, 'THIRD-PARTY-LICENSES.txt'), licencesOf(ROOT, Object.keys(metafile!.inputs)));
  return [metafile!];
}

/**
 * `check(clusterYaml, hardwareCsv?)` and `diff(oldYaml, newYaml, hardwareCsv?)` for editors and pipelines: files that
 * ask nothing of their runtime.
 */
async function bundleEksAnywhereRules(): Promise<Metafile> {
  const { metafile } = await build({
    ...COMMON,
    platform: 'neutral',
    banner: {},
    external: [],
    entryPoints: [{ in: 'src/eksa/check-text.ts', out: 'eksa-check' }, { in: 'src/eksa/update/diff-text.ts', out: 'eksa-diff' }],
    outdir: OUT,
  });
  writeFileSync(join(OUT, 'eksa.THIRD-PARTY-LICENSES.txt'), licencesOf(ROOT, Object.keys(metafile!.inputs)));
  return metafile!;
}

/** For constructs: `readDeclarative(text, options?)` with the gateway's own schemas, `judgeGivenSetting(name, text?)` with its settings. */
async function bundleReaders(): Promise<Metafile> {
  const { metafile } = await build({
    ...COMMON,
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    banner: {},
    // What the constructs run on.
    target: 'node20',
    entryPoints: [
      { in: 'gateway/src/declarative/read.ts', out: 'declarative' },
      { in: 'gateway/src/settings/given-names.ts', out: 'settings' },
    ],
    outdir: OUT,
  });
  writeFileSync(join(OUT, 'declarative.THIRD-PARTY-LICENSES.txt'), licencesOf(ROOT, Object.keys(metafile!.inputs)));
  return metafile!;
}

async function writePluginNames(): Promise<void> {
  const { SERVED_PLUGINS } = (await import(pathToFileURL(join(ROOT, 'gateway', 'src', 'plugins', 'schemas.ts')).href)) as {
    SERVED_PLUGINS: readonly string[];
  };
  writeFileSync(join(OUT, 'plugins.json'), `${JSON.stringify([...SERVED_PLUGINS].sort())}\n`);
}

/** Whatever the umask: Lambda runs code as another user than the owner of the files. */
function makeReadable(folder: string) {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) makeReadable(path);
    else chmodSync(path, 0o644);
  }
}

function checkLayers(metafiles: readonly Metafile[]) {
  const inputs = Object.assign({}, ...metafiles.map((metafile) => metafile.inputs));
  const artefacts = Object.keys(inputs).filter((file) => file.startsWith('gateway/src/main/'));
  const violations = [...layerViolations(readSourceGraph(ROOT)), ...reachViolations(bundledGraph(inputs), artefacts)];
  if (violations.length === 0) return;
  console.error(`${violations.length} breach${violations.length > 1 ? 'es' : ''} of the layers (projenrc/layer-table.ts):`);
  for (const violation of violations) console.error(`  ${violation}`);
  process.exitCode = 1;
}

function filesIn(folder: string, pattern: RegExp): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter((entry) => entry.isFile() && pattern.test(entry.name) && !entry.name.includes('.test.'))
    .map((entry) => `${folder}/${entry.name}`)
    .sort();
}

main().catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});

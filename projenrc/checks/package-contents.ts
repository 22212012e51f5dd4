/** Looks at what `npm pack` would publish: all that the constructs need at run time, and nothing of the halves that were bundled. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join, posix } from 'node:path';

const ROOT = join(__dirname, '..', '..');

const MAIN_ARTEFACTS = readdirSync(join(ROOT, 'gateway', 'src', 'main'))
  .filter((name) => name.endsWith('.ts'))
  .map((name) => `lib/bundle/image/${basename(name, '.ts')}.mjs`);
const LAMBDAS = readdirSync(join(ROOT, 'gateway', 'src', 'main', 'lambda'))
  .filter((name) => name.endsWith('.ts'))
  .map((name) => `lib/bundle/lambda/${basename(name, '.ts')}/index.mjs`);

const REQUIRED = [
  '.jsii', 'lib/index.js', 'lib/index.d.ts', 'README.md', 'LICENSE', 'API.md',
  'lib/bundle/image/Dockerfile', 'lib/bundle/image/working-directory/.keep', 'lib/bundle/image/THIRD-PARTY-LICENSES.txt',
  'lib/bundle/cli/hybridge.mjs', 'lib/bundle/cli/THIRD-PARTY-LICENSES.txt',
  'lib/bundle/eksa-check.mjs', 'lib/bundle/eksa-diff.mjs', 'lib/bundle/eksa.THIRD-PARTY-LICENSES.txt',
  'lib/bundle/declarative.cjs', 'lib/bundle/settings.cjs', 'lib/bundle/plugins.json', 'lib/bundle/declarative.THIRD-PARTY-LICENSES.txt',
  ...MAIN_ARTEFACTS, ...LAMBDAS,
];
const FORBIDDEN = [
  /^gateway\//,
  /^cli\//,
  /^projenrc\//,
  /^test\//,
  /^examples\//,
  /^docs\/(pictures|reference\/api)\//,
  /^src\//,
  /^\.ci\//,
  /\.test\./,
  /\.tsbuildinfo$/,
  /(^|\/)\.env/,
  /\.(key|pem)$/,
];

function main() {
  const listing = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [pack] = JSON.parse(listing) as { files: { path: string }[]; size: number }[];
  const files = pack.files.map((file) => file.path).filter((path) => !path.startsWith('node_modules/'));
  const problems = [
    ...REQUIRED.filter((path) => !files.includes(path)).map((path) => `missing: ${path}`),
    ...files.filter((path) => FORBIDDEN.some((pattern) => pattern.test(path))).map((path) => `does not belong: ${path}`),
    ...missingCitations(files).map(({ file, path }) => `${file} cites ${path}, which users do not get: publish it, or say it in words`),
    ...foreignTypes().map((path) => `${path} is reached from lib/index.d.ts, and imports cdk8s-plus-27, which users do not have`),
  ];
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
  else {
    console.log(
      `${files.length} files, ${(pack.size / 1e6).toFixed(1)} MB packed: image context, ${LAMBDAS.length} Lambda `
        + 'functions and command line are there, sources are not',
    );
  }
}

/** A path of this repository in a comment, with its folder. */
const CITED = /(?<![\w/.-])(?:docs|examples|projenrc|test|gateway|src|cli)\/[\w./-]+\.(?:md|ts|ya?ml|json|csv)\b/g;

/** Files of the repository that the compiled library names and the package does not have. Bundles carry comments of others. */
function missingCitations(files: readonly string[]): readonly { readonly file: string; readonly path: string }[] {
  const published = new Set(files);
  return files.filter((file) => /^lib\/(?!bundle\/).*\.(?:d\.ts|js)$/.test(file)).flatMap((file) => (
    [...new Set(readFileSync(join(ROOT, file), 'utf8').match(CITED) ?? [])]
      .filter((path) => existsSync(join(ROOT, path)) && !published.has(path))
      .map((path) => ({ file, path }))));
}

/** Declarations that the public API reaches and that need types of a development dependency. */
function foreignTypes(): string[] {
  const reached = new Set(['lib/index.d.ts']);
  const foreign: string[] = [];
  for (const file of reached) {
    for (const [, specifier] of readFileSync(join(ROOT, file), 'utf8').matchAll(/(?:from|import\()\s*['"]([^'"]+)['"]/g)) {
      if (specifier.startsWith('cdk8s-plus')) foreign.push(file);
      const path = posix.join(posix.dirname(file), specifier);
      const declaration = [`${path}.d.ts`, `${path}/index.d.ts`].find(
        (candidate) => specifier.startsWith('.') && existsSync(join(ROOT, candidate)),
      );
      if (declaration) reached.add(declaration);
    }
  }
  return foreign;
}

main();

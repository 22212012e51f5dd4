/** Programs of this repository as JavaScript that takes the library from the package, as a user's programs do. */
import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { build } from 'esbuild';
import type { Plugin } from 'esbuild';

const ROOT = join(__dirname, '..', '..');

/** @returns where a program is compiled to */
export function compiledPath(program: string, folder: string): string {
  return join(folder, 'programs', `${program.replace(/\.ts$/, '').replace(/\W/g, '-')}.js`);
}

/**
 * @param programs TypeScript files, by their paths in the repository
 * @returns the names of the packages that they load
 */
export async function compilePrograms(programs: readonly string[], folder: string): Promise<readonly string[]> {
  const { metafile } = await build({
    entryPoints: programs.map((program) => ({ in: join(ROOT, program), out: compiledPath(program, '.').replace(/\.js$/, '') })),
    outdir: folder,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    packages: 'external',
    metafile: true,
    plugins: [fromPackage],
    tsconfigRaw: {},
    logLevel: 'error',
  });
  const modules = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  const nameOf = (path: string) => path.split('/').slice(0, path.startsWith('@') ? 2 : 1).join('/');
  return [...new Set(modules.filter((path) => !isBuiltin(path)).map(nameOf))];
}

const fromPackage: Plugin = {
  name: 'from-package',
  setup: ({ onLoad, onResolve }) => {
    onResolve({ filter: /\/src(\/|$)/ }, ({ path, resolveDir }) => ({
      path: join('cdk-hybridge', 'lib', relative(join(ROOT, 'src'), join(resolveDir, path)) || 'index.js'), external: true,
    }));
    // Programs read files next to them.
    onLoad({ filter: /\.ts$/ }, ({ path }) => ({
      loader: 'ts', contents: readFileSync(path, 'utf8').replace(/\b__dirname\b/g, JSON.stringify(dirname(path))),
    }));
  },
};

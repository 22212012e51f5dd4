import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The licence texts of every package whose code is in a bundle, sorted by name, for the file that travels with it.
 *
 * @param inputs the bundler's input files, relative to the repository
 */
export function licencesOf(root: string, inputs: readonly string[]): string {
  const folders = new Set(inputs.map(packageFolder).filter((folder) => folder !== undefined));
  return [...folders].sort().map((folder) => {
    const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    return `${manifest.name}@${manifest.version} (${manifest.license ?? 'see text'})\n\n${licenceText(join(root, folder))}\n`;
  }).join(`\n${'-'.repeat(78)}\n\n`);
}

function packageFolder(input: string): string | undefined {
  return /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1];
}

function licenceText(folder: string): string {
  const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
  const path = file && join(folder, file);
  return path && existsSync(path) ? readFileSync(path, 'utf8').trim() : 'No licence file in the package; the identifier above applies.';
}

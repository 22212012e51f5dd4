/** Compares the map in ARCHITECTURE.md with the tree: every folder of the source rooms is on the map, and nothing on it is missing. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');

/** Folders whose sub-folders are rooms that a newcomer looks for; entities and plugins below them are not listed one by one. */
const MAPPED = [
  '',
  'src',
  'src/private',
  'src/gateway/private',
  'gateway',
  'gateway/src',
  'gateway/src/control-plane',
  'gateway/src/data-plane',
  'gateway/src/model',
  'gateway/test',
  'cli',
  'examples',
];
const NOT_ROOMS = new Set(['node_modules', 'lib', 'dist', 'coverage', '.git', '.demo', 'cdk.out', '.hybridge', '.projen', 'tmp']);

function main() {
  const map = /^## Map\n+```\n([\s\S]*?)^```$/m.exec(readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8'))?.[1] ?? '';
  const onMap = [...map.matchAll(/^((?:[\w.-]+\/)+)(?= |$)/gm)].map((match) => match[1].replace(/\/$/, ''));
  const onDisk = MAPPED.flatMap((folder) => readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !NOT_ROOMS.has(entry.name) && !entry.name.startsWith('.snippets-'))
    .map((entry) => folder ? `${folder}/${entry.name}` : entry.name));
  const problems = [
    ...onDisk
      .filter((folder) => !onMap.includes(folder))
      .map((folder) => `${folder}/ is in the tree, but not on the map in ARCHITECTURE.md`),
    ...onMap
      .filter((folder) => !existsSync(join(ROOT, folder)))
      .map((folder) => `${folder}/ is on the map in ARCHITECTURE.md, but not in the tree`),
  ];
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
  else console.log(`${onMap.length} folders on the map, all of them in the tree`);
}

main();

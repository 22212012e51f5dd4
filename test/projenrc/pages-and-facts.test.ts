/** Pages that repeat a fact of the repository say what it is today. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const manifest = JSON.parse(read('package.json'));

it('docs/install.md has the versions of package.json', () => {
  const page = read('docs/install.md');
  for (const [peer, range] of Object.entries<string>(manifest.peerDependencies)) {
    const floor = range.replace('^', '').replace(/^(\d+\.\d+)$/, '$1.0');
    expect(page).toContain(`| \`${peer}\` | ${floor} or later; tested with ${manifest.devDependencies[peer]} |`);
  }
  expect(page).toContain(`| CDK CLI (\`aws-cdk\`) | tested with ${manifest.devDependencies['aws-cdk']} |`);
  expect(page).toContain(`version ${manifest.version}, before its first release`);
  expect(`>= ${/constructs and the command line \| ([\d.]+)/.exec(page)![1]}.0`).toBe(manifest.engines.node);
  expect(page).toContain(`cdk-hybridge@${manifest.version}.jsii.tgz`);
});

it('examples/README.md has every example once, with what its README says that it costs', () => {
  const page = read('examples/README.md');
  const rows = [...page.matchAll(/\[([a-z0-9-]+)\]\(\1\/README\.md\).*\| (\d+) \|$/gm)].map(
    ([, name, costs]) => [name, Number(costs)] as const,
  );
  const names = readdirSync(join(ROOT, 'examples'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name);
  expect(rows.map(([name]) => name).sort()).toEqual(names.sort());
  for (const [name, costs] of rows) {
    const total = Number(/^\| \*\*all\*\* \| \| \*\*(\d+)\*\* \|$/m.exec(read(`examples/${name}/README.md`))?.[1] ?? 0);
    expect([name, Math.abs(total - costs) <= 5]).toEqual([name, true]);
  }
});

it('docs/README.md links every page of docs/, and reference/plugins/README.md those of plugins', () => {
  const index = read('docs/README.md') + read('docs/reference/plugins/README.md').replace(/\]\((?=[\w-]+\.md)/g, '](reference/plugins/');
  const pages = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.md') && path !== 'README.md' && !/^(decisions|reference\/api)\//.test(path));
  expect(pages.filter((page) => !index.includes(`](${page})`))).toEqual([]);
});

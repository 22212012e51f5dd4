/** The examples of docs/pipelines.md: they can be read, and their commands exist with their options. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { runCommand } from '../../gateway/test/fixtures/command-run.ts';
import { COMMANDS } from '../command-table.ts';
import { validate } from '../commands/validate.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const PIPELINES = join(ROOT, 'examples', 'pipelines');
const FILES = ['github/gateway.yml', 'gitlab/.gitlab-ci.yml', 'jenkins/Jenkinsfile'];
const PAGES = ['pipelines.md', 'migrating-from-deck.md'].map((name) => join(ROOT, 'docs', name));

const EXAMPLES = [...FILES.map((name) => join(PIPELINES, name)), ...PAGES].map((path) => ({ path, text: readFileSync(path, 'utf8') }));

it.each(EXAMPLES)('$path uses commands and options that exist', ({ text }) => {
  const names = 'validate|diff|sync|apply|dump|history|show|rollback|wait|import';
  const lines = [...text.matchAll(new RegExp(`(?:^|['\`\\s])hybridge ((?:${names})\\b[^'\`\n|]*)`, 'g'))];
  expect(lines.length).toBeGreaterThan(2);
  for (const [, line] of lines) {
    const [name, second] = line!.split(' ');
    const command = COMMANDS.find((known) => known.name === name);
    const usage = (command?.subcommands?.find((known) => known.name === second) ?? command)?.usage;
    expect(usage, line).toBeDefined();
    for (const [option] of line!.matchAll(/--[a-z-]+/g)) expect(usage, line).toContain(option);
  }
});

it.each(FILES.filter((name) => name.endsWith('.yml')))('%s is YAML, with one job or more', (name) => {
  const document = parseDocument(readFileSync(join(PIPELINES, name), 'utf8'), { merge: true });
  expect(document.errors).toEqual([]);
  expect(Object.keys(document.toJS() as object).length).toBeGreaterThan(2);
});

it('Jenkinsfile closes what it opens', () => {
  const text = readFileSync(join(PIPELINES, 'jenkins', 'Jenkinsfile'), 'utf8').replace(/'[^'\n]*'|"[^"\n]*"|\/\/.*/g, '');
  let open = 0;
  for (const character of text) {
    if (character === '{') open += 1;
    if (character === '}') open -= 1;
    expect(open).toBeGreaterThanOrEqual(0);
  }
  expect(open).toBe(0);
});

it('has a state file that is valid, and a page that names every example', async () => {
  expect(await runCommand(validate, join(PIPELINES, 'kong.yaml'))).toMatchObject({ code: 0, stderr: '' });
  const page = readFileSync(PAGES[0]!, 'utf8');
  for (
    const folder of readdirSync(PIPELINES, { withFileTypes: true })
  ) if (folder.isDirectory()) expect(page).toContain(`examples/pipelines/${folder.name}/`);
});

/** The documentation of the constructs promises what the table says. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { mutability } from '../../../../src/eksa/update/machine-templates/mutability';
import { ROWS } from '../../../../src/eksa/update/machine-templates/table';
import { OTHER_PROMISES, PROMISES } from './promises';

const ROOM = join(__dirname, '../../../../src/eks-anywhere');

const DOCUMENTED = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*(?:export interface (\w+)|export \w+|readonly (\w+)\??:)/g;

/** Documentation of interfaces and their properties, as one line each. */
function documentation(): Map<string, string> {
  const files = [ROOM, join(ROOM, 'packages')].flatMap((folder) =>
    readdirSync(folder).filter((name) => name.endsWith('.ts')).map((name) => join(folder, name)));
  return new Map(files.flatMap((file) => {
    let owner = '';
    return [...readFileSync(file, 'utf8').matchAll(DOCUMENTED)].flatMap(([, text, anInterface, property]): [string, string][] => {
      if (anInterface) owner = anInterface;
      if (!anInterface && !property) return [];
      return [[anInterface ?? `${owner}.${property}`, text.replace(/\n\s*\*/g, ' ').split(/ @\w/)[0].replace(/\s+/g, ' ').trim()]];
    });
  }));
}

const TEXTS = documentation();
const PROMISING = /\b[Ff]ixed once|\bchanged later|replaces the (?:control plane )?nodes|nodes .{0,30}are replaced/;

test('every promise about later changes is compared with the table, or named with the reason why not', () => {
  const promising = [...TEXTS].filter(([, text]) => PROMISING.test(text)).map(([name]) => name);
  const known = [...Object.keys(PROMISES), ...Object.values(OTHER_PROMISES).flat()];
  expect(promising.filter((name) => !known.includes(name))).toEqual([]);
  expect(known.filter((name) => !promising.includes(name))).toEqual([]);
  expect(promising.length).toBeGreaterThan(100);
});

test.each(Object.entries(PROMISES))('%s', (name, { row: key, providers }) => {
  const row = ROWS.find(({ kind, field }) => `${kind} ${field}` === key);
  expect(row).toBeDefined();
  // Among the options of the control plane, its nodes are the nodes.
  const text = TEXTS.get(name)!;
  const said = mutability(row!, providers);
  const promised = /^ControlPlane/.test(name) ? said.replace('control plane nodes', 'nodes') : said;
  // What replaces nodes can be changed: the second half alone says the same.
  const short = promised.replace(/^Can be changed later; a change/, 'A change');
  expect([promised, short].some((sentence) => text.includes(sentence)), `'${text}' says '${promised}'`).toBe(true);
  if (!promised.includes('replaces')) expect(text).not.toMatch(/replaces the (?:control plane )?nodes|are replaced\./);
});

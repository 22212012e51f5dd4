/** docs/eks-anywhere.md: its commands print what it shows, on the samples changed as each output says. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../../gateway/test/setup/temporary-folder.ts';
import { runEksa, sample } from './testing.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/eks-anywhere.md'), 'utf8');
const blocks = [...page.matchAll(/^```\w*\n([^]*?)^```$/gm)].map(([, text]) => text!);

const CLUSTER = readFileSync(sample('bare-metal.yaml'), 'utf8');
const MACHINES = readFileSync(sample('bare-metal.csv'), 'utf8');
const SPARE = `${MACHINES.trimEnd().split('\n')[1]!.replace('node-01', 'node-03').replace(':01,', ':03,').replaceAll('.21,', '.23,')}\n`;
const USERS = /  users:\n(?: {2,4}.*\n)*?(?=---)/;

// Commands of the page name files without folders.
const before = process.cwd();
process.chdir(temporaryFolder('eks-anywhere-page'));
afterAll(() => process.chdir(before));
afterEach(() => vi.restoreAllMocks());

function inFolder(files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(name, text);
}

/** What the page shows below the command that begins so, in pieces: `...` leaves lines out. */
function shownPieces(command: string): string[] {
  const block = blocks.find((text) => text.startsWith(`$ hybridge eksa ${command}`) || text.includes(command));
  expect(block, command).toBeDefined();
  return block!.replace(/^\$ .*\n\n?/gm, '').split(/^ *\.\.\.\n/m).map((piece) => piece.trim()).filter((piece) => piece !== '');
}

/** The pieces are in the output, in this order. */
function expectShown(output: string, pieces: readonly string[]): void {
  let from = 0;
  for (const piece of pieces) {
    const at = output.indexOf(piece, from);
    expect(at === -1 ? output.slice(from) : piece).toBe(piece);
    from = at + piece.length;
  }
}

describe('docs/eks-anywhere.md', () => {
  it('shows what check prints', async () => {
    inFolder({
      'cluster.yaml': CLUSTER.replace('count: 1', 'count: 3').replace("'1.35'", '1.35'),
      'hardware.csv': MACHINES.replace('10.20.0.22', '10.20.0.300'),
    });
    expectShown((await runEksa('check', 'cluster.yaml', 'hardware.csv')).output, shownPieces('check'));
  });

  it('shows what diff prints', async () => {
    inFolder({
      'today.yaml': CLUSTER,
      'tomorrow.yaml': CLUSTER.replace("'1.35'", "'1.36'").replace('1-35.gz', '1-36.gz'),
      'hardware.csv': MACHINES,
    });
    const { output } = await runEksa('diff', 'today.yaml', 'tomorrow.yaml', '--hardware', 'hardware.csv');
    expectShown(output, shownPieces('diff'));
  });

  it('shows the steps of a refusal', async () => {
    inFolder({
      'today.yaml': CLUSTER,
      'tomorrow.yaml': CLUSTER.replace('  - count: 1', '  - count: 3').replace('1-35.gz', '1-35b.gz'),
      'hardware.csv': MACHINES,
    });
    const { output } = await runEksa('diff', 'today.yaml', 'tomorrow.yaml', '--hardware', 'hardware.csv');
    expectShown(output, shownPieces('tomorrow.yaml:29  W6'));
  });

  it('shows what show prints', async () => {
    inFolder({ 'cluster.yaml': CLUSTER, 'hardware.csv': `${MACHINES}${SPARE}` });
    expectShown((await runEksa('show', 'cluster.yaml', 'hardware.csv')).output, shownPieces('show'));
  });

  it('shows what import refuses', async () => {
    inFolder({ 'cluster.yaml': CLUSTER.replace(USERS, ''), 'hardware.csv': MACHINES });
    const reasons = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    expect((await runEksa('import', 'cluster.yaml', 'hardware.csv')).code).toBe(1);
    expectShown(String(reasons.mock.calls[0]![0]), shownPieces('error import'));
  });

  it('shows what render prints', async () => {
    const folder = 'cdk.out/hybridge/Factory';
    mkdirSync(folder, { recursive: true });
    inFolder({ [`${folder}/cluster.yaml`]: CLUSTER, [`${folder}/hardware.csv`]: MACHINES });
    vi.stubEnv('BMC_USER', 'root');
    vi.stubEnv('BMC_PASSWORD', 'secret');
    const { output } = await runEksa('render', '--assembly-folder', folder, '--out', 'install');
    vi.unstubAllEnvs();
    expectShown(output, shownPieces('install/cluster.yaml  (mode 0600)'));
  });

  it('names rules that exist', () => {
    const table = /\| in the files \|[^]*?\n\n/.exec(page)![0];
    const rows = table.split('\n').slice(2);
    const named = rows.flatMap((row) => [...(row.split('|').at(-2) ?? '').matchAll(/`([^`]+)`/g)].map(([, id]) => id!));
    expect(named.length).toBeGreaterThan(12);
    const rules = readFileSync(join(import.meta.dirname, '../../docs/reference/eks-anywhere-rules.md'), 'utf8');
    const known = new Set([...rules.matchAll(/^\| ([\w-]+)[^|]* \| `/gm)].map(([, id]) => id));
    expect(known.size).toBeGreaterThan(100);
    expect(named.filter((id) => !known.has(id))).toEqual([]);
  });
});

/**
 * Each example is explained the same way: what is built, by which lines, how to deploy it, how to see it, what it
 * costs, how to get rid of it.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const EXAMPLES = join(__dirname, '..', 'examples');
const HEADINGS = ['What is built', 'The program', 'Deploy', 'See that it works', 'What it costs', 'Clean up'];
const names = readdirSync(EXAMPLES).filter((name) => existsSync(join(EXAMPLES, name, 'app.ts'))).sort();

/** Heading → text below it. */
function sections(text: string): ReadonlyMap<string, string> {
  return new Map(
    text
      .split(/^## /m)
      .slice(1)
      .map((section) => [section.slice(0, section.indexOf('\n')), section.slice(section.indexOf('\n') + 1)]),
  );
}

/** Lines of an excerpt that the program does not have, in this order; it may leave out some. */
function foreignLines(excerpt: string, program: string): string[] {
  const lines = program.split('\n').map((line) => line.trim());
  let at = 0;
  return excerpt.split('\n').map((line) => line.trim()).filter((line) => line !== '').filter((line) => {
    const found = lines.indexOf(line, at);
    if (found >= 0) at = found + 1;
    return found < 0;
  });
}

describe.each(names)('the README of examples/%s', (name) => {
  const text = readFileSync(join(EXAMPLES, name, 'README.md'), 'utf8');
  const program = readFileSync(join(EXAMPLES, name, 'app.ts'), 'utf8');
  const section = (heading: string) => sections(text).get(heading) ?? '';
  const commands = (heading: string) => [...section(heading).matchAll(/^ *```sh\n([\s\S]*?)^ *```/gm)].map(([, block]) => block).join('');
  const isInAws = program.includes('new Stack(');

  it('is named after the folder and has all headings in order', () => {
    expect(text).toMatch(new RegExp(`^# ${name}: \\S`));
    expect([...sections(text).keys()].filter((heading) => HEADINGS.includes(heading))).toEqual(HEADINGS);
  });

  it('shows a picture, of the topology where there is one', () => {
    const isDrawn = existsSync(join(EXAMPLES, '..', 'docs', 'pictures', `${name}.svg`));
    expect(section('What is built')).toContain(isDrawn ? `](../../docs/pictures/${name}.svg)` : 'cluster.svg');
  });

  it('shows lines of the program as they are', () => {
    const excerpts = [...section('The program').matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code]) => code);
    expect(excerpts.length).toBeGreaterThan(0);
    for (const excerpt of excerpts) expect(foreignLines(excerpt, program)).toEqual([]);
  });

  it('deploys command by command from a clean clone', () => {
    const steps = [
      'git clone https://github.com/hybridge/cdk-hybridge.git && cd cdk-hybridge',
      'npm ci && npm run gateway:bundle',
      `cd examples/${name}`,
      ...(isInAws ? ['npx cdk bootstrap aws://', 'npx cdk deploy'] : []),
    ];
    const at = steps.map((step) => commands('Deploy').indexOf(step));
    expect(at).not.toContain(-1);
    expect(at).toEqual([...at].sort((a, b) => a - b));
    for (const [region] of program.matchAll(/\b(eu|us|ap)-[a-z]+-\d\b/g)) expect(commands('Deploy') + text).toContain(region);
  });

  it('calls the command line by a way that the clone, or the machine of the site, has', () => {
    expect(text).not.toContain('npx hybridge');
    if (/^\s*(\w+=\S+ )*hybridge /m.test(commands('Deploy'))) {
      expect(commands('Deploy')).toMatch(
        /^alias hybridge="node \$PWD\/lib\/bundle\/cli\/hybridge\.mjs"$|^npm install --global cdk-hybridge$/m,
      );
    }
  });

  it('has commands that show it working', () => {
    expect(commands('See that it works')).toMatch(/^\s*(curl|kubectl) /m);
  });

  it('says what it costs: rough, by region, with unit prices that add up', () => {
    const cost = section('What it costs');
    if (!isInAws) return expect(cost).toMatch(/^Nothing: /);
    expect(cost).toMatch(/^Rough[,;] [\s\S]*\[calculator\]\(https:\/\/calculator\.aws\)/);
    const rows = [...cost.matchAll(/^\| ([^|]+) \| ([^|]+) \| (\d+) \|$/gm)];
    const [, total] = /^\| \*\*all\*\* \| \| \*\*(\d+)\*\* \|$/m.exec(cost) ?? [];
    const sum = rows.reduce((all, [,,, amount]) => all + Number(amount), 0);
    expect(Math.abs(Number(total) - sum)).toBeLessThanOrEqual(10);
  });

  it('cleans up in order, and says what is kept', () => {
    const away = section('Clean up');
    expect(away).toContain(isInAws ? 'npx cdk destroy' : 'eksctl anywhere delete cluster');
    expect(away).toMatch(/^(Kept on purpose: |Nothing (else )?is kept)|stays|is kept/m);
    if (/deletionProtection|CloudCluster\(|auroraServerless/.test(program)) {
      expect(away.indexOf('deletionProtection: false')).toBeLessThan(away.indexOf('npx cdk destroy'));
    }
  });

  it('links to files that are there', () => {
    const targets = [...text.matchAll(/\]\(([^)#]+)(#[^)]*)?\)/g)].map(([, target]) => target).filter((target) => !/^https?:/.test(target));
    expect(targets.filter((target) => !existsSync(join(EXAMPLES, name, target)))).toEqual([]);
  });
});

it('docs/getting-started.md shows the whole program of its example', () => {
  const [, shown] = /^```ts\n([\s\S]*?)^```/m.exec(readFileSync(join(EXAMPLES, '..', 'docs', 'getting-started.md'), 'utf8')) ?? [];
  expect(shown).toBe(readFileSync(join(EXAMPLES, 'getting-started', 'app.ts'), 'utf8'));
});

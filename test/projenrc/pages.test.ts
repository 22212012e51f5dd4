/** The check of the pages finds what is wrong with them. */
import { wrongCommandLines } from '../../projenrc/checks/pages/command-lines';
import { brokenLinks } from '../../projenrc/checks/pages/links';

const KNOWN = {
  commands: [
    { name: 'start', usage: 'Usage: hybridge start' },
    {
      name: 'eksa',
      usage: 'Usage: hybridge eksa',
      subcommands: [
        { name: 'check', usage: '  --json  for machines' },
        { name: 'diff', usage: '' },
      ],
    },
  ],
  tasks: ['reference', 'demo'],
};

/** A page with the lines in a block of a shell. */
function shell(...lines: string[]) {
  return [{ path: 'docs/page.md', text: ['# Page', '```sh', ...lines, '```', ''].join('\n') }];
}

function problems(...lines: string[]): readonly string[] {
  return wrongCommandLines(shell(...lines), KNOWN).problems.map((problem) => problem.replace(/.*: /, ''));
}

it.each([
  ['hybridge stop', "there is no command 'stop'"],
  ['$ KONG_ROLE=data_plane npx hybridge start --port 8000', 'there is no option --port'],
  ['hybridge eksa judge cluster.yaml', "there is no subcommand 'judge'"],
  ['cat x | hybridge eksa diff --json', 'there is no option --json'],
  ['npx projen docs', "there is no task 'docs'"],
  ['npm ci && npm run exhibition -- --keep', "there is no task 'exhibition'"],
])('%s: %s', (line, problem) => expect(problems(line)).toEqual([problem]));

it('accepts commands, options and tasks that exist, and words that stand for others', () => {
  expect(problems('hybridge start', 'hybridge eksa check a.yaml --json   # says --anything', 'hybridge eksa check|diff')).toEqual([]);
  expect(problems('hybridge eksa <subcommand> --help', 'npm run demo -- --keep')).toEqual([]);
});

it('looks at commands in sentences, too, and counts all of them', () => {
  const page = { path: 'docs/page.md', text: '# Page\n\nRun `hybridge stop`, then `npx projen reference`.\n' };
  expect(wrongCommandLines([page], KNOWN)).toEqual({ count: 2, problems: ["docs/page.md:3: hybridge stop: there is no command 'stop'"] });
});

it('finds links to pages and headings that do not exist', () => {
  const page = (links: string) => [
    { path: 'docs/eks-anywhere.md', text: `# One \`two\`, three\n\n## Again\n\n## Again\n\n${links}\n` },
  ];
  const all = (links: string) => brokenLinks(page(links));
  expect(
    all('[a](#one-two-three) [b](#again-1) [c](eks-anywhere.md#again) [d](../README.md) [e](https://example.com/x#y) `[f](none.md)`'),
  ).toEqual([]);
  expect(all('[a](#again-2) [b](none.md)')).toEqual([
    'docs/eks-anywhere.md:7: link to #again-2: docs/eks-anywhere.md has no heading #again-2',
    'docs/eks-anywhere.md:7: link to none.md: there is no docs/none.md',
  ]);
});

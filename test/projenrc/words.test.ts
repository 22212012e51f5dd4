/** The word list: what it refuses, what it leaves alone, and where it looks. */
import { refusedWords } from '../../projenrc/checks/words/find';
import { WORD_LIST } from '../../projenrc/checks/words/word-list';

const page = (text: string) => refusedWords('page.md', text);
const source = (text: string) => refusedWords('file.ts', text);

describe.each(WORD_LIST.map((wording) => [String(wording.pattern), wording] as const))(
  'the wording %s',
  (_, { refused, right, better }) => {
    it('is refused, with what to write instead', () => {
      expect(page(refused)).toContainEqual(expect.stringContaining(`write ${better}`));
    });

    it('is not found in a sentence that is right', () => {
      expect(page(right)).toEqual([]);
    });
  },
);

describe('sources', () => {
  it.each([
    ['a comment at the end of a line', 'const a = 1; // mend it\n'],
    ['a docstring', '/** Who mends it. */\nexport const a = 1;\n'],
    ['a comment that ends the file', 'const a = 1;\n// mend it\n'],
    ['a string', "throw new Error('mend it');\n"],
    ['any part of a template', 'const a = (b: string) => `${b} to mend ${b}`;\n'],
    ['the title of a test', "it('mends it', () => undefined);\n"],
  ])('%s is prose', (_, text) => {
    expect(source(text)).toEqual([expect.stringContaining('write fix')]);
  });

  it.each([
    ['names', 'const mend = 1;\n'],
    ['modules', "import { a } from './mend';\n"],
    ['names of properties', "const a = { 'mend': 1 };\n"],
    ['quoted code in comments', '// `mend` is a name\n'],
  ])('%s are no prose', (_, text) => {
    expect(source(text)).toEqual([]);
  });

  it('names the line of the file, in a comment of several lines too', () => {
    expect(source('const a = 1;\n/**\n * One.\n * Mend it.\n */\nconst b = a;\n')).toEqual(['file.ts:4: "Mend": write fix']);
  });
});

it('code, quoted commands and addresses of a page are left out', () => {
  expect(page('```sh\nmend\n```\n`mend` [text](mend.md) https://mend.example/mend\n')).toEqual([]);
});

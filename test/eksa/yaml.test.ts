import * as fc from 'fast-check';
import { parseAllDocuments } from 'yaml';
import { toYaml } from '../../src/eksa/yaml/emit';
import { parseClusterFile } from '../../src/eksa/yaml/parse';
import { resolvePlainScalar } from '../../src/eksa/yaml/scalar';

describe('an unquoted scalar means to the tools', () => {
  test.each([
    ['yes', true],
    ['on', true],
    ['y', true],
    ['Y', true],
    ['no', false],
    ['off', false],
    ['n', false],
    ['TRUE', true],
    ['tRUE', 'tRUE'],
    ['1.10', 1.1],
    ['1.0', 1],
    ['1e3', 1000],
    ['0x1F', 31],
    ['010', 8],
    ['0o10', 8],
    ['0b11', 3],
    ['1_000', 1000],
    ['+1', 1],
    ['-2', -2],
    ['.5', 0.5],
    ['09', 9],
    ['~', null],
    ['null', null],
    ['', null],
    ['.inf', Infinity],
    ['2026-11-21', '2026-11-21'],
    ['12:30:45', '12:30:45'],
    ['=', '='],
    ['<<', '<<'],
    ['1.35.2', '1.35.2'],
    ['10.20.0.1', '10.20.0.1'],
    ['md-0', 'md-0'],
    ['-', '-'],
    ['1.2e', '1.2e'],
    ['.5_0', 0.5],
    ['.5_', '.5_'],
    ['1e400', '1e400'],
    ['0x1FFFFFFFFFFFFFFFF', '0x1FFFFFFFFFFFFFFFF'],
    ['18446744073709551616', 18446744073709552000],
  ])('%s: %p', (text, expected) => {
    expect(resolvePlainScalar(text)).toBe(expected);
  });
});

/** Texts that some reader of YAML takes for something else, and ordinary ones. */
const text = fc.oneof(
  fc.constantFrom(
    'yes',
    'no',
    'on',
    'off',
    'y',
    'n',
    'true',
    'Null',
    '~',
    '',
    '1.10',
    '0x1F',
    '0b11',
    '0o10',
    '010',
    '1_000',
    '1e3',
    '.5',
    '.inf',
    '12:30:45',
    '52:54:00:11:22:33',
    '2026-11-21',
    '=',
    '<<',
    '---',
    '- a',
    'a: b',
    '# c',
    '1.35',
  ),
  fc.string(),
  fc.string({ unit: fc.constantFrom('0', '1', '9', 'a', 'e', 'x', '.', ':', '-', '+', '_', ' ', '\n', '"', "'", '#') }),
);
const value = fc.letrec<{ any: unknown }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.integer(),
    fc.boolean(),
    fc.array(tie('any'), { maxLength: 4 }),
    fc.dictionary(text, tie('any'), { maxKeys: 4 }),
  ),
})).any;
const document = fc.dictionary(fc.constantFrom('apiVersion', 'kind', 'metadata', 'spec'), value, { minKeys: 1, maxKeys: 4 });

test('the tools, YAML 1.1 and YAML 1.2 read the written text back unchanged', () => {
  fc.assert(fc.property(fc.array(document, { minLength: 1, maxLength: 3 }), (documents) => {
    const written = toYaml(documents);
    const expected = structuredClone(documents);
    const byTools = parseClusterFile(written);
    expect({ findings: byTools.findings, documents: byTools.documents.map(({ content }) => content) }).toEqual({
      findings: [],
      documents: expected,
    });
    for (const version of ['1.1', '1.2'] as const) {
      expect(parseAllDocuments(written, { version }).map((one) => one.toJS())).toEqual(expected);
    }
  }), { numRuns: 150 });
});

test('keeps the empty lines at the end of a text, before a separator too', () => {
  const documents = [{ spec: { auditPolicyContent: 'a: b\n\n' } }, { spec: {} }];
  expect(parseClusterFile(toYaml(documents)).documents.map(({ content }) => content)).toEqual(documents);
});

test('separates documents by exactly three dashes and ends lines with LF', () => {
  expect(toYaml([{ a: 'x' }, { b: 1 }])).toBe('a: x\n---\nb: 1\n');
});

describe('a file written by hand', () => {
  const problems = (source: string) => {
    const { documents, findings } = parseClusterFile(source);
    return [...findings, ...documents.flatMap((one) => one.findings)].map(({ ruleId, path, line }) => `${ruleId} ${path} ${line}`);
  };

  test('is read with the line of every value', () => {
    const { documents } = parseClusterFile('# head\na: 1\n---\nb:\n  - c: yes\n    d: "yes"\n');
    expect(documents.map(({ content }) => content)).toEqual([{ a: 1 }, { b: [{ c: true, d: 'yes' }] }]);
    expect(documents[1].lines.get('.b[0].d')).toBe(6);
  });
  test('may have a byte order mark, leading separators, comments and document ends', () => {
    expect(problems('\ufeff---\n# c\na: 1\n...\n---\n\n---\nb: 1')).toEqual([]);
  });
  test.each([
    ['a blank', '--- '],
    ['a comment', '--- # b'],
    ['a carriage return', '---\r'],
  ])('is refused when a separator is followed by %s', (_title, separator) => {
    expect(problems(`a: 1\n${separator}\nb: 1\n`)).toEqual(['P5 cluster.yaml 2']);
  });
  test('is refused when a key occurs twice', () => expect(problems('a:\n  b: 1\n  b: 2\n')).toEqual(['P2 .a.b 3']));
  test('is refused when it is not YAML', () => expect(problems('a: [1\n')[0]).toMatch(/^P2 cluster.yaml/));
  test('is refused when YAML 1.1 reads a key as another type', () => expect(problems('labels:\n  on: x\n')).toEqual(['S10 .labels.on 2']));
  test('is refused when an alias is inside its own anchor', () => expect(problems('a: &x\n  b: *x\n')).toEqual(['P2 .a.b 2']));
  test.each([
    ['an alias has no anchor', 'a: *x\n', 'P2 .a 1'],
    ['an object is a key', 'a:\n  ? {b: c}\n  : d\n', 'P2 .a 2'],
    ['text is merged', 'a:\n  <<: b\n', 'P2 .a.<< 2'],
    ['a tag contradicts the value', 'a: !!int b\n', 'P2 .a 1'],
    ['an empty line starts with a tab', 'a: b\n\t\nc: d\n', 'P2 cluster.yaml 2'],
    ['a comment is indented by a tab', 'a: b\n\t# c\n', 'P2 cluster.yaml 2'],
    ['it holds control characters', 'a: b\nc: \u0007\n', 'P2 cluster.yaml 2'],
  ])('is refused when %s', (_title, source, problem) => expect(problems(source)).toEqual([problem]));
  test('may hold tabs where they indent nothing', () => {
    expect(problems('d: [e,\n\t# f\n  g]\nh:\ti\t# j\n')).toEqual([]);
  });
  test('may tag values as what they are', () => {
    expect(parseClusterFile("a: !!int '5'\nb: !!str 5\nc: !x yes\n").documents[0].content).toEqual({ a: 5, b: '5', c: 'yes' });
  });
  test('is refused when aliases multiply without end', () => {
    const levels = Array.from({ length: 8 }, (_, level) => `a${level + 1}: &a${level + 1} [${Array(10).fill(`*a${level}`).join(', ')}]`);
    expect(problems(['a0: &a0 [x]', ...levels].join('\n')).map((problem) => problem.split(' ')[0])).toEqual(['P2']);
  });
  test.each([
    ['has too many characters', `a: ${'x'.repeat(2 ** 22)}\n`],
    ['has too many lines', '- a\n'.repeat(100_001)],
    ['is nested too deeply', `a: ${'['.repeat(20_000)}`],
    ['is no text', '\u0000\u0001\ufffd: '.repeat(1000)],
  ])('is refused with one line when it %s', (_title, source) =>
    expect(problems(source).map((problem) => problem.split(' ').slice(0, 2).join(' '))).toEqual(['P2 cluster.yaml']),
  );
  test('is refused by the first error of a document, in few words', () => {
    const [{ message, line }] = parseClusterFile(`a: b\n${'!'.repeat(5000)} x\nc: [\nd: "\n`).findings;
    expect({ line, isShort: message.length < 200 }).toEqual({ line: 2, isShort: true });
  });
  test('may use an anchor many times', () => {
    expect(parseClusterFile(`a: &x word\nb: [${Array(10_000).fill('*x').join(', ')}]\n`).documents[0].content.b).toEqual(
      Array(10_000).fill('word'),
    );
  });
  test('has fields of every name', () => {
    const { content } = parseClusterFile('__proto__: {a: b}\nconstructor: c\n').documents[0];
    expect(Object.entries(content)).toEqual([['__proto__', { a: 'b' }], ['constructor', 'c']]);
  });
  test('may use anchors and merge keys', () => {
    const { documents } = parseClusterFile('a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  c: 3\n');
    expect(documents[0].content.d).toEqual({ b: 1, c: 3 });
  });
});

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { check } from '../../src/eksa/check-text';
import { decodeText } from '../../src/eksa/syntax/encoding';
import { diff } from '../../src/eksa/update/diff-text';
import { parseClusterFile } from '../../src/eksa/yaml/parse';

const FOLDER = join(__dirname, 'manifests');
const SAMPLES = join(__dirname, '..', '..', 'cli', 'eksa', 'samples');
const CLUSTER = readFileSync(join(SAMPLES, 'bare-metal.yaml'), 'utf8');
const MACHINES = readFileSync(join(SAMPLES, 'bare-metal.csv'), 'utf8');

function manifest(name: string) {
  return decodeText(readFileSync(join(FOLDER, name)))!;
}

interface Manifest {
  readonly name: string;
  /** `rule place:line`; absent where the tools read the file. */
  readonly place?: string;
  readonly says?: RegExp;
  readonly fix?: RegExp;
}

/** One cluster as kubectl, editors, chats and templates write it. */
const MANIFESTS: readonly Manifest[] = [
  { name: 'anchors.yaml' },
  { name: 'appended-without-line-feed.yaml', place: 'P2 cluster.yaml:34', says: /^starts another document/, fix: /exactly '---'/ },
  { name: 'chat-fences.yaml', place: 'P2 cluster.yaml:1', says: /^holds the fences of Markdown, such as ```yaml/, fix: /^remove/ },
  { name: 'cluster-api-mixed-in.yaml', place: 'P7 cluster.yaml:70', says: /^holds a Cluster of Cluster API/, fix: /^remove it/ },
  { name: 'doubled-key.yaml', place: 'P2 Cluster.spec.kubernetesVersion:26', says: /^is given twice$/, fix: /^keep one$/ },
  { name: 'editor-byte-order-mark.yaml' },
  { name: 'editor-crlf.yaml', place: 'P5 cluster.yaml:34', says: /^ends its lines with CRLF/, fix: /LF line ends/ },
  { name: 'editor-tabs.yaml', place: 'P2 cluster.yaml:4', says: /^is indented by tabs \(lines 4, /, fix: /^indent by blanks$/ },
  { name: 'editor-utf-16.yaml', place: 'P2 cluster.yaml:1', says: /^is UTF-16 text, the tools read UTF-8$/, fix: /UTF-8/ },
  { name: 'helm-template.yaml', place: 'P2 cluster.yaml:1', says: /^holds template expressions such as \{\{- if/, fix: /^render/ },
  { name: 'json-documents.json' },
  { name: 'kubectl-get-appended.json', place: 'P2 cluster.yaml:90', says: /^starts another document/, fix: /exactly '---'/ },
  { name: 'kubectl-get-appended.yaml', place: 'P2 cluster.yaml:62', says: /^starts another document/, fix: /exactly '---'/ },
  { name: 'kubectl-get-list.json', place: 'list cluster.yaml:3', says: /^is a List, as kubectl prints/, fix: /^write each of its items/ },
  { name: 'kubectl-get-list.yaml', place: 'list cluster.yaml:155', says: /^is a List, as kubectl prints/, fix: /^write each of its items/ },
  { name: 'kubectl-get-one-by-one.yaml' },
  { name: 'leading-separator-with-comment.yaml' },
  { name: 'machine-deployments-mixed-in.yaml' },
  { name: 'separator-with-blank.yaml', place: 'P5 cluster.yaml:34', says: /^separates documents by "--- " \(lines 34, /, fix: /^remove/ },
  { name: 'separator-with-comments.yaml', place: 'P5 cluster.yaml:34', says: /^separates documents by "--- # /, fix: /^remove/ },
  { name: 'web-no-break-spaces.yaml', place: 'P2 cluster.yaml:4', says: /^has blanks that YAML takes for text \(U\+00A0/, fix: /plain/ },
  { name: 'windows-1252-comment.yaml', place: 'P2 cluster.yaml:1', says: /^is not UTF-8 text/, fix: /UTF-8/ },
  { name: 'word-quotes-windows-1252.yaml', place: 'P2 cluster.yaml:25', says: /^has values in typographic quotes/, fix: /^write '/ },
  { name: 'word-quotes.yaml', place: 'P2 cluster.yaml:25', says: /^has values in typographic quotes/, fix: /^write '/ },
];

describe('a manifest', () => {
  test('of every kind is in the table', () => {
    expect(MANIFESTS.map(({ name }) => name)).toEqual(readdirSync(FOLDER).sort());
  });

  test.each(MANIFESTS)('$name gives one finding, or none where it does no harm', ({ name, place, says = /^$/, fix = /^/ }) => {
    const findings = check(manifest(name), MACHINES);
    expect(findings.map(({ ruleId, path, line }) => `${ruleId} ${path}:${line}`)).toEqual(place === undefined ? [] : [place]);
    for (const finding of findings) {
      expect(finding.message).toMatch(says);
      expect(finding.fix).toMatch(fix);
    }
  });

  const judged = MANIFESTS.filter(({ name }) => !/helm|utf-16|doubled/.test(name));
  test.each(judged)('$name is judged otherwise as if it were written as the tools want it', ({ name }) => {
    const { text, encoding } = manifest(name);
    const mistaken = text.replace(/^([\s\u00a0]*"?tinkerbellIP"?: ?)"?10\.20\.0\.11"?/m, '$1"10.20.0.999"');
    expect(mistaken).not.toBe(text);
    const found = check({ text: mistaken, encoding }, MACHINES).filter(({ path }) => path !== 'cluster.yaml');
    const line = mistaken.split('\n').findIndex((one) => /^[\s\u00a0]*"?tinkerbellIP/.test(one)) + 1;
    const places = found.map((finding) => `${finding.path}:${finding.line}`);
    expect(places).toEqual([`TinkerbellDatacenterConfig/lab.spec.tinkerbellIP:${line}`]);
  });

  const held = MANIFESTS.filter(({ name }) => !/helm|doubled|anchors|mixed-in/.test(name));
  test.each(held)('$name as what a cluster holds changes nothing', ({ name }) => {
    const { unreadable, changes, refusals } = diff(manifest(name), CLUSTER);
    expect({ unreadable, changes, refusals }).toEqual({ unreadable: undefined, changes: [], refusals: [] });
  });

  test('to be applied has a finding about its form', () => {
    const { newFile, changes } = diff(CLUSTER, manifest('kubectl-get-list.yaml'));
    expect(newFile.map(({ ruleId, line }) => [ruleId, line])).toEqual([['list', 155]]);
    expect(changes).toEqual([]);
  });
});

describe('a file whose document cannot be read', () => {
  test('says why, and not that others miss it', () => {
    const broken = CLUSTER.replace('  osFamily: ubuntu', '  osFamily: [ubuntu');
    expect(broken).not.toBe(CLUSTER);
    expect(check(broken, MACHINES).map(({ ruleId, path }) => `${ruleId} ${path}`)).toEqual(['P2 cluster.yaml']);
  });
});

describe('separators', () => {
  const found = (text: string) => parseClusterFile(text).findings.map(({ ruleId, line }) => `${ruleId} ${line}`);
  test.each([
    ['at the start', '--- # a\na: 1\n', []],
    ['at the end', 'a: 1\n--- # end\n', []],
    ['around nothing', 'a: 1\n---\n--- # none\n# nothing\n---\nb: 1\n', []],
    ['with CRLF and one document', '---\r\na: 1\r\n', []],
    ['with a comment between two that are plain', 'a: 1\n---\nb: 1\n--- # c\nc: 1\n---\nd: 1\n', ['P5 4']],
    ['with comments, told once', 'a: 1\n--- # b\nb: 1\n--- # c\nc: 1\n', ['P5 2']],
  ])('%s', (_title, text, expected) => expect(found(text)).toEqual(expected));

  test.each([
    ['two kinds of one object', 'apiVersion: v1\nkind: A\nkind: B\n'],
    ['a second metadata', 'apiVersion: v1\nkind: A\nmetadata: {}\nmetadata: {}\n'],
  ])('are not missed by %s', (_title, text) => expect(parseClusterFile(text).documents).toHaveLength(1));
});

describe('template expressions', () => {
  const ruleIds = (text: string) => check(text, MACHINES).map(({ ruleId, path }) => `${ruleId} ${path}`);
  test.each([
    ['quoted', "kubernetesVersion: '1.35'", 'kubernetesVersion: "{{ .Values.version }}"', ['P2 cluster.yaml']],
    ['inside a value', "kubernetesVersion: '1.35'", 'kubernetesVersion: 1.{{ .Values.minor }}', ['P2 cluster.yaml']],
    ['for a number', 'count: 1', 'count: {{ .Values.count }}', ['P2 cluster.yaml']],
    ['in a comment', "kubernetesVersion: '1.35'", "kubernetesVersion: '1.35' # {{ .Values.version }}", []],
    ['in an annotation', 'metadata:\n', 'metadata:\n  annotations:\n    note: "{{ .Values.note }}"\n', []],
  ])('%s', (_title, from, to, expected) => {
    expect(CLUSTER).toContain(from);
    expect(ruleIds(CLUSTER.replace(from, to))).toEqual(expected);
  });

  test('are what templates of Tinkerbell are made of', () => {
    const template = 'apiVersion: anywhere.eks.amazonaws.com/v1alpha1\nkind: TinkerbellTemplateConfig\nmetadata: { name: t }\nspec:\n'
      + '  template: { version: "0.1", name: t, id: "", global_timeout: 1, tasks: [{ name: t, worker: "{{.device_1}}", actions: [] }] }\n';
    expect(ruleIds(`${CLUSTER}---\n${template}`)).toEqual([]);
  });
});

/** Lines that files of clusters are made of, put together at random. */
const line = fc.constantFrom(
  'apiVersion: anywhere.eks.amazonaws.com/v1alpha1', 'kind: Cluster', 'kind: List', 'items:', '- kind: Cluster', 'metadata:', '  name: lab',
  'spec:', '  count: {{ .Values.x }}', '{{- if x }}', '---', '--- # c', '---\r', '```yaml', '\tcount: 1', '\u00a0 a: b',
  '  a: “b”', '{', '}',
  '  a: &x [*x]', '  <<: *x', '  licenseToken: ${env:X}', '# c', '...', '', '  b: |', '    {{ c }}', '\ufeffkind: X', '"', "'", '- ',
);
const anyText = fc.oneof(
  fc.array(line, { maxLength: 30 }).map((lines) => lines.join('\n')),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: fc.constantFrom('a', ':', ' ', '\n', '-', '{', '}', '[', ']', '"', '\t', '&', '*', '#', '|') }),
);

test('any text is read without failing, and findings are about its lines', () => {
  fc.assert(fc.property(anyText, (text) => {
    const last = text.split('\n').length;
    const { documents, findings, lost } = parseClusterFile(text);
    const lines = [
      ...findings.map((finding) => finding.line ?? 1),
      ...documents.flatMap((document) => [...document.lines.values(), ...document.findings.map((finding) => finding.line ?? 1)]),
      ...check(text, MACHINES).map((finding) => finding.line ?? 1),
    ];
    expect(lines.filter((one) => !(one >= 1 && one <= last))).toEqual([]);
    if (lost.length > 0) expect(findings.length).toBeGreaterThan(0);
    diff(text, CLUSTER);
    diff(CLUSTER, text);
  }), { numRuns: 300 });
});

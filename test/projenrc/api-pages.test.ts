/** The API reference as pages: each type on one of them, links between them, and an index. */
import { splitPages } from '../../projenrc/api-pages/split';

const PAGE = `# API Reference

## Constructs <a name="Constructs" id="Constructs"></a>

### CloudCluster <a name="CloudCluster" id="cdk-hybridge.CloudCluster"></a>

See <a href="#cdk-hybridge.Trust">Trust</a> and <a href="#cdk-hybridge.CloudCluster.name">name</a>.

## Classes <a name="Classes" id="Classes"></a>

### Trust <a name="Trust" id="cdk-hybridge.Trust"></a>

How two ends know each other.
`;

const TYPES = [
  { name: 'CloudCluster', docs: { summary: 'A cluster | in AWS.' }, locationInModule: { filename: 'src/eks/cloud-cluster.ts' } },
  { name: 'Trust', docs: { summary: 'How two ends\nknow each other.' }, locationInModule: { filename: 'src/gateway/trust.ts' } },
];

it('puts each type on the page of its room, and points links at it', () => {
  const { pages } = splitPages(PAGE, TYPES);
  expect(pages.map(({ file }) => file)).toEqual(['trust-and-database.md', 'eks.md']);
  const [trust, eks] = pages.map(({ text }) => text);
  expect(trust).toContain('## Classes\n\n### Trust <a name="Trust" id="cdk-hybridge.Trust"></a>');
  expect(eks).toContain('href="trust-and-database.md#cdk-hybridge.Trust"');
  expect(eks).toContain('href="#cdk-hybridge.CloudCluster.name"');
  expect(eks).not.toContain('### Trust');
});

it('writes an index with every type, its kind and its first sentence', () => {
  const { index } = splitPages(PAGE, TYPES);
  expect(index).toContain('| [CloudCluster](docs/reference/api/eks.md#cdk-hybridge.CloudCluster) | construct | A cluster \\| in AWS. |');
  expect(index).toContain(
    '| [Trust](docs/reference/api/trust-and-database.md#cdk-hybridge.Trust) | class | How two ends know each other. |',
  );
});

it('refuses a type that is in no room, and one that the page does not have', () => {
  const stray = { name: 'Stray', locationInModule: { filename: 'src/elsewhere/stray.ts' } };
  expect(() => splitPages(PAGE, [...TYPES, stray])).toThrow('Stray (src/elsewhere/stray.ts) is in no room of the API reference');
  expect(() => splitPages(PAGE, [...TYPES, { ...stray, locationInModule: { filename: 'src/eks/stray.ts' } }])).toThrow(
    'API.md has no section about Stray',
  );
});

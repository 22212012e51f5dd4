/** What a synthesis left in its folder, and what each file is for. */
import { readdirSync, statSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { humanSize } from '../terminal/table.ts';
import type { Table } from '../terminal/table.ts';
import type { Plane } from './topology.ts';

interface ArtefactKind {
  readonly file: RegExp;
  readonly kind: string;
  readonly use: (name: string, appliedByTemplate: boolean) => string;
}

const KINDS: readonly ArtefactKind[] = [
  { file: /^[^/]+\.template\.json$/, kind: 'CloudFormation template', use: (name) => `npx cdk deploy ${basename(name, '.template.json')}` },
  {
    file: /\/cluster\.yaml$/,
    kind: 'EKS Anywhere ClusterSpec',
    use: (name) => `eksctl anywhere create cluster -f ${basename(name)}`,
  },
  {
    file: /\/hardware\.csv$/,
    kind: 'Tinkerbell hardware',
    use: () => 'hybridge eksa render fills in the BMC credentials; then --hardware-csv',
  },
  {
    file: /\.k8s\.yaml$/,
    kind: 'Kubernetes manifests',
    use: (name, appliedByTemplate) => (appliedByTemplate ? 'to read: the template applies them' : `kubectl apply -f ${basename(name)}`),
  },
  {
    file: /\/compose\.yaml$/,
    kind: 'Docker Compose',
    use: () => 'copy the folder to the machine; sh fetch.sh; docker compose up --detach',
  },
  { file: /\/plane\.env$/, kind: 'settings', use: () => 'read by Docker Compose' },
  { file: /\/fetch\.sh$/, kind: 'shell script', use: () => 'brings addresses and secrets to the machine' },
  { file: /^hybridge\/topology\.json$/, kind: 'topology', use: () => 'read by the hybridge command line' },
];

/**
 * The artefacts below a cloud assembly, in the order of the kinds above. Assets and CDK's own bookkeeping are left out.
 *
 * @param planes those of them that run on EKS are applied by a template
 */
export function artefactTable(assembly: string, planes: readonly Plane[]): Table {
  const applied = planes.filter((plane) => plane.target === 'eks').flatMap((plane) => plane.manifests);
  const files = readdirSync(assembly, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ name: relative(assembly, path), size: statSync(path).size }));
  const rows = KINDS.flatMap(({ file, kind, use }) => files
    .filter(({ name }) => file.test(name) && !name.startsWith('asset.'))
    .sort((a, b) => a.name.localeCompare(b.name))
    .map(({ name, size }) => [name, kind, humanSize(size), use(name, applied.includes(join(assembly, name)))]));
  return { headings: ['artefact', 'kind', 'size', 'what to do with it'], rows };
}

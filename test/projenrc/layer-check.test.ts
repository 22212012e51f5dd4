import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { importsIn, readSourceGraph, sourceFiles } from '../../projenrc/import-graph';
import type { SourceGraph } from '../../projenrc/import-graph';
import { bundledGraph, layerViolations, reachViolations } from '../../projenrc/layer-check';
import { LAYERS } from '../../projenrc/layer-table';

const ROOT = join(__dirname, '..', '..');

/** An import graph: file → the files that it imports. */
function graphOf(edges: Record<string, string[]>, isType = false): SourceGraph {
  const files = new Set([...Object.keys(edges), ...Object.values(edges).flat()]);
  return new Map([...files].map((file) => [file, (edges[file] ?? []).map((imported) => ({ file, imported, isType }))]));
}

describe('layers', () => {
  test('hold for imports that the table allows', () => {
    expect(layerViolations(graphOf({
      'gateway/contract.ts': ['src/private/contract.ts'],
      'gateway/src/main/data-plane.ts': ['gateway/src/data-plane/listener.ts'],
      'gateway/src/data-plane/listener.ts': ['gateway/src/base/log.ts', 'gateway/src/plugins/handlers.ts'],
      'gateway/src/plugins/handlers.ts': ['gateway/src/plugins/key-auth/handler.ts'],
      'gateway/src/plugins/key-auth/handler.ts': ['gateway/src/plugin-kit/plugin.ts', 'gateway/src/plugins/key-auth/schema.ts'],
      'src/eks/cloud-cluster.ts': ['src/private/contract.ts'],
    }))).toEqual([]);
  });

  test.each([
    ['a construct that imports the gateway', 'src/eks/cloud-cluster.ts', 'gateway/src/base/log.ts'],
    ['a gateway room that imports a construct', 'gateway/src/base/log.ts', 'src/eks/cloud-cluster.ts'],
    ['a contract that imports anything', 'src/private/contract.ts', 'src/private/bundle.ts'],
    ['base that imports the model', 'gateway/src/base/log.ts', 'gateway/src/model/snapshot.ts'],
    ['a model that imports a store', 'gateway/src/model/snapshot.ts', 'gateway/src/store/store.ts'],
    ['a data plane that imports the control plane', 'gateway/src/data-plane/listener.ts', 'gateway/src/control-plane/nodes.ts'],
    ['a control plane that imports a handler', 'gateway/src/control-plane/nodes.ts', 'gateway/src/plugins/key-auth/handler.ts'],
    ['a plugin that imports another plugin', 'gateway/src/plugins/acl/handler.ts', 'gateway/src/plugins/key-auth/handler.ts'],
    ['a room that imports an artefact', 'gateway/src/data-plane/listener.ts', 'gateway/src/main/start.ts'],
    ['the command line that imports the data plane', 'cli/hybridge.ts', 'gateway/src/data-plane/listener.ts'],
    ['EKS Anywhere rules that import constructs', 'src/eksa/check.ts', 'src/private/output-files.ts'],
  ])('refuse %s', (_, file, imported) => {
    const violations = layerViolations(graphOf({ [file]: [imported] }));
    expect(violations).toContainEqual(expect.stringContaining(`${file} imports ${imported}: `));
  });

  test('refuse cycles and name their files', () => {
    expect(layerViolations(graphOf({
      'gateway/src/base/a.ts': ['gateway/src/base/b.ts'],
      'gateway/src/base/b.ts': ['gateway/src/base/c.ts'],
      'gateway/src/base/c.ts': ['gateway/src/base/a.ts'],
    }))).toEqual(['import cycle: gateway/src/base/a.ts <-> gateway/src/base/b.ts <-> gateway/src/base/c.ts']);
  });

  test('refuse an artefact that reaches what it must not, however long the way', () => {
    const graph = bundledGraph({
      'gateway/src/main/data-plane.ts': {
        imports: [{ path: 'gateway/src/data-plane/data-plane.ts' }, { path: 'node:fs', external: true }],
      },
      'gateway/src/data-plane/data-plane.ts': { imports: [{ path: 'gateway/src/sync/client.ts' }] },
      'gateway/src/sync/client.ts': { imports: [{ path: 'gateway/src/store/store.ts' }] },
      'gateway/src/store/store.ts': { imports: [] },
    });
    expect(reachViolations(graph, ['gateway/src/main/data-plane.ts']))
      .toEqual(['gateway/src/main/data-plane.ts reaches gateway/src/store/store.ts: a data plane holds no database']);
  });

  test('refuse a file that is in no room', () => {
    expect(layerViolations(graphOf({ 'gateway/src/misc.ts': [] }))).toEqual([expect.stringContaining('is in no room')]);
  });

  test('allow types where code is refused, if the table says so', () => {
    const edges = { 'src/eks/hybrid-credentials.ts': ['src/eks-anywhere/aws/certificate-authority.ts'] };
    expect(layerViolations(graphOf(edges, true))).toEqual([]);
    expect(layerViolations(graphOf(edges))).toHaveLength(1);
  });

  test('keep the private/ of a noun to the noun, and to whom the table names', () => {
    expect(layerViolations(graphOf({ 'src/gateway/trust.ts': ['src/gateway/private/trust/tunnel-trust.ts'] }))).toEqual([]);
    expect(layerViolations(graphOf({ 'src/gateway/trust.ts': ['src/logging/gateway-logs.ts'] }))).toEqual([]);
    expect(layerViolations(graphOf({ 'src/gateway/trust.ts': ['src/logging/private/log-store.ts'] }))).toHaveLength(1);
  });
});

describe('the sources', () => {
  const graph = readSourceGraph(ROOT);
  const files = new Set(sourceFiles(ROOT));

  /** The sources with one line added to one file. */
  function withLine(file: string, line: string): SourceGraph {
    return new Map(graph).set(file, importsIn(file, `${readFileSync(join(ROOT, file), 'utf8')}\n${line}\n`, (path) => files.has(path)));
  }

  test('keep the layers, and have no cycles', () => {
    expect(graph.size).toBeGreaterThan(400);
    expect(layerViolations(graph)).toEqual([]);
  });

  /** For each noun an import that looks up, of types and of code. */
  const FORBIDDEN = [
    ['src/index.ts', "export * from './gateway/private/plane/plane';", 'src/gateway/private/plane/plane.ts'],
    ['src/private/output-files.ts', "import type { Trust } from '../gateway/trust';", 'src/gateway/trust.ts'],
    ['src/private/network/two-zones.ts', "import { toYaml } from '../../eksa/yaml/emit';", 'src/eksa/yaml/emit.ts'],
    ['src/private/contract.ts', "import type { OutputFiles } from './output-files';", 'src/private/output-files.ts'],
    ['src/private/topology/document.ts', "import { Topology } from './topology';", 'src/private/topology/topology.ts'],
    ['src/eksa/check.ts', "import { within } from '../private/input/place';", 'src/private/input/place.ts'],
    ['src/eks-anywhere/docker-cluster.ts', "import type { CloudCluster } from '../eks/cloud-cluster';", 'src/eks/cloud-cluster.ts'],
    ['src/eks/cloud-cluster.ts', "import { DockerCluster } from '../eks-anywhere/docker-cluster';", 'src/eks-anywhere/docker-cluster.ts'],
    ['src/eks/hybrid-nodes.ts', "import type { EksTarget } from '../gateway/eks-target';", 'src/gateway/eks-target.ts'],
    [
      'src/caching/valkey-cache.ts',
      "import type { PlaneDescription } from '../gateway/private/plane/plane';",
      'src/gateway/private/plane/plane.ts',
    ],
    [
      'src/identity/cognito-identity.ts',
      "import type { GatewayDataPlane } from '../gateway/gateway-data-plane';",
      'src/gateway/gateway-data-plane.ts',
    ],
    [
      'src/logging/opensearch-logs.ts',
      "const never: import('../gateway/gateway-engine').GatewayEngine | undefined = undefined;",
      'src/gateway/gateway-engine.ts',
    ],
    [
      'src/gateway/trust.ts',
      "import type { GatewayObservability } from '../observability/gateway-observability';",
      'src/observability/gateway-observability.ts',
    ],
    ['src/gateway/private/handoff/index-document.ts', "import { PORTS } from '../../../private/contract';", 'src/private/contract.ts'],
    [
      'src/observability/gateway-observability.ts',
      "import { CognitoIdentity } from '../identity/cognito-identity';",
      'src/identity/cognito-identity.ts',
    ],
    ['gateway/contract.ts', "export * from '../src/private/bundle.ts';", 'src/private/bundle.ts'],
    ['gateway/src/model/config-table.ts', "import type { Store } from '../store/store.ts';", 'gateway/src/store/store.ts'],
    [
      'cli/hybridge.ts',
      "const later = import('../gateway/src/control-plane/control-plane.ts');",
      'gateway/src/control-plane/control-plane.ts',
    ],
  ] as const;

  test.each(FORBIDDEN)('%s is refused %s', (file, line, imported) => {
    expect(files).toContain(imported);
    expect(layerViolations(withLine(file, line))).toContainEqual(expect.stringContaining(`${file} imports ${imported}: `));
  });

  test('each noun has a row, and an import that the row refuses', () => {
    const nouns = readdirSync(join(ROOT, 'src')).filter((name) => !name.includes('.')).map((name) => `src/${name}`);
    expect(nouns.filter((noun) => !LAYERS[noun])).toEqual([]);
    expect(nouns.filter((noun) => !FORBIDDEN.some(([file]) => file.startsWith(`${noun}/`)))).toEqual([]);
  });

  test('a cycle of types is a cycle', () => {
    expect(layerViolations(withLine('src/gateway/private/plane/kong-chart.ts', "import type { PlaneDescription } from './plane';")))
      .toEqual([expect.stringContaining('import cycle: ')]);
  });
});

import { importGraph, layerViolations } from '../../projenrc/layer-check';

/** An import graph in the bundler's form: file → the files that it imports. */
function graphOf(edges: Record<string, string[]>) {
  const files = new Set([...Object.keys(edges), ...Object.values(edges).flat()]);
  return importGraph(Object.fromEntries([...files].map((file) => [file, { imports: (edges[file] ?? []).map((path) => ({ path })) }])));
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
    ['EKS Anywhere rules that import constructs', 'src/private/eks-anywhere/check.ts', 'src/private/output-files.ts'],
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
    const graph = graphOf({
      'gateway/src/main/data-plane.ts': ['gateway/src/data-plane/data-plane.ts'],
      'gateway/src/data-plane/data-plane.ts': ['gateway/src/sync/client.ts'],
      'gateway/src/sync/client.ts': ['gateway/src/store/store.ts'],
    });
    expect(layerViolations(graph, ['gateway/src/main/data-plane.ts']))
      .toContain('gateway/src/main/data-plane.ts reaches gateway/src/store/store.ts: a data plane holds no database');
  });

  test('refuse a file that lies in no room', () => {
    expect(layerViolations(graphOf({ 'gateway/src/misc.ts': [] }))).toEqual([expect.stringContaining('lies in no room')]);
  });
});

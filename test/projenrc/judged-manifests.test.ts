/** Judges of manifests see every Kubernetes object: in files for people and sites, and in templates. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { manifestFiles, writeAppliedManifests } from '../../projenrc/checks/judges/manifests';

let outputs: string;
beforeEach(() => void (outputs = mkdtempSync(join(tmpdir(), 'judged-'))));
afterEach(() => rmSync(outputs, { recursive: true, force: true }));

function write(file: string, text: string): void {
  mkdirSync(dirname(join(outputs, file)), { recursive: true });
  writeFileSync(join(outputs, file), text);
}

const object = (kind: string, name: string) => ({ apiVersion: 'v1', kind, metadata: { name, namespace: 'a' } });

it('takes files of clusters, planes and agents, and leaves out values of charts and Compose files', () => {
  write('one/hybridge/factory/eks-connector.yaml', 'apiVersion: apps/v1\nkind: StatefulSet\nmetadata:\n  name: a\n');
  write('one/hybridge/plane/3-plane.k8s.yaml', 'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: a\n');
  write('one/hybridge/plane/values.yaml', 'replicaCount: 2\n');
  write('one/hybridge/machine/compose.yaml', 'services: {}\n');
  expect(manifestFiles(outputs)).toEqual(['one/hybridge/factory/eks-connector.yaml', 'one/hybridge/plane/3-plane.k8s.yaml']);
});

it('writes what only a template applies, with expressions in it', () => {
  write('one/hybridge/plane/1.k8s.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: shown-${Digest.Digest}\n  namespace: a\n');
  const text = JSON.stringify([object('ConfigMap', 'shown-HERE'), object('ConfigMap', 'hidden')]);
  const [before, after] = text.split('HERE');
  write('one/Cloud.template.json', JSON.stringify({
    Resources: {
      Plane: {
        Type: 'Custom::AWSCDK-EKS-KubernetesResource',
        Properties: { Manifest: { 'Fn::Join': ['', [before, { 'Fn::GetAtt': ['Digest', 'Digest'] }, after]] } },
      },
      Other: { Type: 'AWS::S3::Bucket' },
    },
  }));
  writeAppliedManifests(outputs);
  expect(manifestFiles(outputs)).toEqual(['one/applied/Plane.yaml', 'one/hybridge/plane/1.k8s.yaml']);
  const written = readFileSync(join(outputs, 'one/applied/Plane.yaml'), 'utf8');
  expect(written).toContain('name: hidden');
  expect(written).not.toContain('shown');
});

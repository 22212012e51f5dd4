/** What an update of one property breaks, in small templates. */
import { rehearseUpdates } from '../../projenrc/checks/rehearsal/updates';
import type { TemplateResource } from '../../projenrc/checks/rehearsal/world/assembly';
import type { World } from '../../projenrc/checks/rehearsal/world/world';
import { CLUSTER, att, job, manifest, object, pods, ref, worldOf } from './rehearsal/small-templates';
import type { Resources } from './rehearsal/small-templates';

function updating(resources: Resources): readonly string[] {
  return found(worldOf(resources));
}

function found(world: World): readonly string[] {
  return rehearseUpdates(world).findings.map(({ rule, what }) => `${rule}: ${what}`);
}

const database: TemplateResource = {
  Type: 'AWS::RDS::DBCluster',
  Properties: { Engine: 'aurora-postgresql', StorageEncrypted: true },
  UpdateReplacePolicy: 'Snapshot',
};
const host = { host: att('Database', 'Endpoint.Address') };
const nodes = (more: object): TemplateResource => ({
  Type: 'AWS::EKS::Nodegroup',
  Properties: { ClusterName: 'plants', InstanceTypes: ['m7i.large'], ...more },
});

describe('one property at a time', () => {
  it('replaces what has a name, beside the old one', () => {
    expect(updating({ Nodes: nodes({ NodegroupName: 'gateways' }) })).toEqual(['name-collides: another value of InstanceTypes']);
    expect(updating({ Nodes: nodes({}) })).toEqual([]);
  });

  it('changes the name together with what it stands for', () => {
    const access = {
      Type: 'AWS::EKS::AccessEntry',
      Properties: { ClusterName: 'plants', PrincipalArn: 'arn:aws:iam::111122223333:role/r' },
    };
    expect(updating({ Access: access })).toEqual([]);
    expect(updating({
      Access: {
        ...access,
        Properties: { ...access.Properties, Type: 'HYBRID_LINUX' },
      },
    })).toEqual(['name-collides: another value of Type']);
  });

  it('follows a reference only if what it refers to can be replaced', () => {
    const pool: Resources = { Pool: { Type: 'AWS::Cognito::UserPool', Properties: {} } };
    const domain: TemplateResource = { Type: 'AWS::Cognito::UserPoolDomain', Properties: { Domain: 'acme', UserPoolId: ref('Pool') } };
    expect(updating({ ...pool, Domain: domain })).toEqual([]);
    expect(updating({
      Domain: {
        ...domain,
        Properties: { Domain: 'acme', UserPoolId: 'eu-central-1_a' },
      },
    })).toEqual(['name-collides: another value of UserPoolId']);
  });

  it('keeps data that the stack keeps', () => {
    const lost = { ...database, UpdateReplacePolicy: undefined };
    expect(updating({ Database: { ...lost, DeletionPolicy: 'Snapshot' } })).toEqual([expect.stringMatching(/^data-lost/)]);
    expect(updating({ Database: { ...database, DeletionPolicy: 'Snapshot' } })).toEqual([]);
  });

  it('gives a Job other pods under the same name', () => {
    const up = (name: string) => manifest([job(name, { KONG_PG_HOST: '<host>' })], {}, host);
    expect(updating({ ...CLUSTER, Database: database, Job: up('up') })).toEqual(['job-immutable: another Endpoint.Address of S/Database']);
    expect(updating({ ...CLUSTER, Database: database, Job: up('up-<host>') })).toEqual([]);
    expect(updating({ ...CLUSTER, Job: manifest([job('up', { KONG_PG_HOST: 'db.acme.example' })]) })).toEqual([]);
    const digest = (Text: object | string): Resources => ({
      ...CLUSTER,
      Database: database,
      Digest: { Type: 'Custom::Digest', Properties: { ServiceToken: 'arn', Text } as never },
      Job: manifest([job('up-<digest>', { KONG_PG_HOST: '<host>' })], {}, { ...host, digest: att('Digest', 'Hash') }),
    });
    expect(updating(digest(att('Database', 'Endpoint.Address')))).toEqual([]);
    expect(updating(digest('something else'))).toEqual(['job-immutable: another Endpoint.Address of S/Database']);
  });

  it('changes a ConfigMap that pods read once', () => {
    const map = object('ConfigMap', 'v1', 'settings', { data: { host: '<host>' } });
    const reading = (annotations: object) => {
      const plane = pods('plane', {}, { containers: [{ name: 'gateway', envFrom: [{ configMapRef: { name: 'settings' } }] }] });
      return {
        ...plane,
        spec: { ...plane.spec, template: { ...plane.spec.template, metadata: { labels: { app: 'plane' }, annotations } } },
      };
    };
    const world = (annotations: object) => updating({
      ...CLUSTER,
      Database: database,
      Pods: manifest([map, reading(annotations)], {}, host),
    });
    expect(world({})).toEqual(['config-unnoticed: another value in the ConfigMap settings']);
    expect(world({ host: '<host>' })).toEqual([]);
  });

  it('leaves an old value in another region', () => {
    const writer = (value: object | string): TemplateResource => ({
      Type: 'Custom::CrossRegionExportWriter', Properties: {
        ServiceToken: 'arn',
        WriterProps: { region: 'us-east-1', exports: { '/cdk/exports/x': value } },
      } as never,
    });
    expect(updating({
      Database: database,
      Writer: writer(att('Database', 'Endpoint.Address')),
    })).toEqual(['stale-in-other-region: another value of S/Database']);
    expect(updating({ Writer: writer('tunnel.acme.example') })).toEqual([]);
  });
});

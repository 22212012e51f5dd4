import { App, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { claimName } from '../../../src/private/input/claims';

/** Constructs in stacks of one app, each of which claims the name `shop`. */
function claims(...places: readonly { readonly region?: string; readonly account?: string; readonly among?: string }[]) {
  const app = new App();
  return () => places.forEach(({ region, account, among }, at) => {
    const owner = new Construct(new Stack(app, `Stack${at}`, { env: { account, region } }), 'Cluster');
    claimName(owner, { property: 'clusterName', what: 'cluster name', name: 'shop', among });
  });
}

it.each([
  ['two regions', { region: 'eu-central-1' }, { region: 'us-east-1' }],
  ['two accounts', { account: '111122223333', region: 'eu-central-1' }, { account: '444455556666', region: 'eu-central-1' }],
  ['two clusters', { among: 'cluster A' }, { among: 'cluster B' }],
])('accepts one name in %s', (_, one, other) => {
  expect(claims(one, other)).not.toThrow();
});

it.each([
  ['one account and region', { region: 'eu-central-1' }, { region: 'eu-central-1' }],
  ['stacks that name neither account nor region', {}, {}],
  ['one cluster, whatever the region', { among: 'cluster A', region: 'eu-central-1' }, { among: 'cluster A', region: 'us-east-1' }],
])('rejects one name twice in %s', (_, one, other) => {
  expect(claims(one, other)).toThrow(/^clusterName: got "shop".* Stack0\/Cluster/);
});

it('accepts a name that its owner claims again', () => {
  const owner = new Construct(new Stack(new App(), 'Stack'), 'Cluster');
  const claim = () => claimName(owner, { property: 'clusterName', what: 'cluster name', name: 'shop' });
  claim();
  expect(claim).not.toThrow();
});

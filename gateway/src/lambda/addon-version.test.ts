import { EKSClient } from '@aws-sdk/client-eks';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { addonVersion } from './addon-version.ts';
import { startFakeAws } from './fake-aws.testing.ts';
import type { FakeAws } from './fake-aws.testing.ts';

const LIST = 'GET /addons';
const PROPERTIES = { AddonName: 'vpc-cni', KubernetesVersion: '1.36' };

let aws: FakeAws;
let pages: unknown[];

const version = (name: string, ...compatibilities: object[]) => ({ addonVersion: name, compatibilities });
const eks = () => new EKSClient(aws.client);

beforeEach(async () => {
  aws = await startFakeAws({ [LIST]: () => ({ status: 200, body: pages.shift() }) });
});
afterEach(() => aws.close());

it('is the default for the version of Kubernetes, not the newest and not that of another version', async () => {
  pages = [{
    addons: [{
      addonVersions: [
        version('v1.23.0-eksbuild.1', { clusterVersion: '1.36', defaultVersion: false }),
        version('v1.22.0-eksbuild.3', { clusterVersion: '1.35', defaultVersion: true }, { clusterVersion: '1.36', defaultVersion: false }),
        version('v1.22.1-eksbuild.1', { clusterVersion: '1.35', defaultVersion: false }, { clusterVersion: '1.36', defaultVersion: true }),
      ],
    }],
  }];
  expect((await addonVersion(aws.event('Create', PROPERTIES), eks())).attributes).toEqual({ Version: 'v1.22.1-eksbuild.1' });
});

it('is looked for on every page', async () => {
  pages = [
    { addons: [{ addonVersions: [version('v2', { clusterVersion: '1.36' })] }], nextToken: 'more' },
    { addons: [{ addonVersions: [version('v1', { clusterVersion: '1.36', defaultVersion: true })] }] },
  ];
  expect((await addonVersion(aws.event('Update', PROPERTIES), eks())).attributes).toEqual({ Version: 'v1' });
  expect(aws.calls).toEqual([LIST, LIST]);
});

it('says what to do where EKS has none', async () => {
  pages = [{ addons: [] }];
  await expect(addonVersion(aws.event('Create', PROPERTIES), eks())).rejects.toThrow(
    'add-on vpc-cni: Amazon EKS has no default version for Kubernetes 1.36: give its version',
  );
});

it('leaves nothing to delete, and keeps its id over updates', async () => {
  pages = [{ addons: [{ addonVersions: [version('v1', { clusterVersion: '1.36', defaultVersion: true })] }] }];
  const created = await addonVersion(aws.event('Create', PROPERTIES), eks());
  aws.calls.length = 0;
  expect(await addonVersion(aws.event('Delete', PROPERTIES, created.physicalId), eks())).toEqual({ physicalId: created.physicalId });
  expect(aws.calls).toEqual([]);
});

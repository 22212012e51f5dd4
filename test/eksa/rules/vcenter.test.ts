/** Rules about vCenter: how it is reached and recognized, and where in its inventory things are. */
import { checkDocuments } from '../../../src/eksa/check';
import { BASES, changed } from '../rule-bases';
import type { Changes } from '../rule-bases';
import { TODAY } from '../today';
import { findings } from './findings';

const { bottlerocket, vsphere } = BASES;
const DATACENTER = 'VSphereDatacenterConfig/prod.spec';
const CP = 'VSphereMachineConfig/prod-cp.spec';
const THUMBPRINT = 'A3:6F:1C:55:0E:92:4B:D7:38:E1:7C:20:9A:6D:F4:85:1B:C2:EE:47';

test.each<[string, string[]]>([
  ['vcenter.example', []],
  ['10.30.0.2', []],
  ['vcenter.example:8443', []],
  ['https://vcenter.example', [`error vcenter-server ${DATACENTER}.server`]],
  ['HTTPS://vcenter.example/sdk', [`error vcenter-server ${DATACENTER}.server`]],
])('the server %s', (server, expected) => {
  expect(findings(vsphere, { [`${DATACENTER}.server`]: server })).toEqual(expected);
});

describe('the thumbprint', () => {
  const write = `write ${THUMBPRINT}`;

  test.each([
    [THUMBPRINT.toLowerCase(), write],
    [THUMBPRINT.replaceAll(':', ''), write],
    [`SHA1 Fingerprint=${THUMBPRINT}`, write],
    ['A3:6F', 'write what govc about.cert -thumbprint -k prints'],
  ])('%s is not what the tools compare with', (thumbprint, fix) => {
    const { documents } = changed(vsphere, { [`${DATACENTER}.thumbprint`]: thumbprint });
    expect(checkDocuments(documents, undefined, { today: TODAY })).toMatchObject([{ ruleId: 'thumbprint', severity: 'warning', fix }]);
  });

  test.each<[string, Changes]>([
    ['as govc prints it', { [`${DATACENTER}.thumbprint`]: THUMBPRINT }],
    ['of nothing', { [`${DATACENTER}.thumbprint`]: '' }],
    ['that the tools ignore', { [`${DATACENTER}.thumbprint`]: 'x', [`${DATACENTER}.insecure`]: true }],
  ])('%s is fine', (_, change) => {
    expect(findings(vsphere, change)).toEqual([]);
  });
});

test('tags are ids', () => {
  const tags = ['urn:vmomi:InventoryServiceTag:8e0ce079-0675-47d6-8665-16ada4e6dabd:GLOBAL', 'team-a', 'urn:team-a'];
  expect(findings(vsphere, { [`${CP}.tags`]: tags })).toEqual([`warning tag-id ${CP}.tags[1]`, `warning tag-id ${CP}.tags[2]`]);
});

describe('paths in the inventory', () => {
  const wrong = (place: string) => [`warning inventory-path ${place}`];

  test.each<[string, string, string[]]>([
    [`${CP}.datastore`, '/DC2/datastore/ds1', wrong(`${CP}.datastore`)],
    [`${CP}.datastore`, '/DC1/vm/ds1', wrong(`${CP}.datastore`)],
    [`${CP}.datastore`, '/dc1/datastore/ds1', []],
    [`${CP}.datastore`, 'ds1', []],
    [`${CP}.folder`, '/DC1/host/eksa', wrong(`${CP}.folder`)],
    [`${CP}.folder`, '/Europe/DC1/vm/eksa', []],
    [`${CP}.folder`, '', []],
    [`${CP}.resourcePool`, '/DC1/vm/Resources', wrong(`${CP}.resourcePool`)],
    [`${CP}.resourcePool`, '*/Resources', []],
    [`${CP}.template`, '/DC2/vm/ubuntu-1-35', wrong(`${CP}.template`)],
    [`${CP}.template`, '/DC1/vm/DC2/ubuntu-1-35', []],
    [`${DATACENTER}.failureDomains[0].datastore`, '/DC10/datastore/ds1', wrong(`${DATACENTER}.failureDomains[0].datastore`)],
    [`${DATACENTER}.failureDomains[0].computeCluster`, '/DC1/host/c1', []],
  ])('%s %s', (place, path, expected) => {
    expect(findings(vsphere, { [place]: path })).toEqual(expected);
  });

  test('follow a datacenter in a folder', () => {
    expect(findings(bottlerocket, {
      'VSphereDatacenterConfig/rock.spec.datacenter': '/Europe/DC1', 'VSphereMachineConfig/rock-cp.spec.folder': '/Europe/DC1/vm/eksa',
    })).toEqual([]);
  });
});

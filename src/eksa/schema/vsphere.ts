/** The shapes of the vSphere objects. */
import { HOST_OS, USERS } from './host-os';
import { boolean, integer, list, object, text, textOf } from './shape';

export const VSPHERE_DATACENTER_SPEC = object({
  'datacenter!': text,
  'failureDomains': list(object({
    'computeCluster!': text,
    'datastore!': text,
    'folder!': text,
    'name!': text,
    'network!': text,
    'resourcePool!': text,
  })),
  'insecure!': boolean,
  'network!': text,
  'server!': text,
  'thumbprint!': text,
});

export const VSPHERE_MACHINE_SPEC = object({
  'cloneMode': textOf('fullClone', 'linkedClone'),
  'datastore!': text,
  'diskGiB': integer,
  'folder!': text,
  'hostOSConfiguration': HOST_OS,
  'memoryMiB!': integer,
  'networks': list(text, 2),
  'numCPUs!': integer,
  'osFamily!': text,
  'resourcePool!': text,
  'storagePolicyName': text,
  'tags': list(text),
  'template': text,
  'users': USERS,
});

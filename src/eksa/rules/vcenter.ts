/** Rules about what files say of vCenter: how it is reached and recognized, and where in its inventory things are. */
import { asWritten } from '../finding';
import type { ClusterDocument } from '../model/document';
import { documentPath } from '../model/document';
import type { Context, Problem, Rule } from './rule';

export const VCENTER_RULES: readonly Rule<ClusterDocument>[] = [
  { id: 'vcenter-server', check: serverIsHost },
  { id: 'thumbprint', check: thumbprintAsPrinted },
  { id: 'tag-id', check: tagsAreIds },
  { id: 'inventory-path', check: pathsInDatacenter },
];

/** The tools put https:// before it. */
function* serverIsHost(_cluster: ClusterDocument, { vsphereDatacenter: datacenter }: Context): Iterable<Problem> {
  const server = datacenter?.spec?.server;
  const host = /^[a-z][a-z0-9+.-]*:\/\/([^/]*)/i.exec(server ?? '')?.[1];
  if (!datacenter || host === undefined) return;
  yield {
    document: documentPath(datacenter),
    at: 'spec.server',
    message: `is ${asWritten(server)}; expected the host name or address alone: the tools put https:// before it`,
    fix: `set server to ${host || 'the host'}`,
  };
}

/** SHA-1; newer clients know SHA-256 as well. */
const PRINTED = /^[0-9A-F]{2}(?::[0-9A-F]{2}){19}(?:(?::[0-9A-F]{2}){12})?$/;

/** Compared as text with what govc prints of a certificate that the admin machine does not trust. */
function* thumbprintAsPrinted(_cluster: ClusterDocument, { vsphereDatacenter: datacenter }: Context): Iterable<Problem> {
  const { thumbprint, insecure } = datacenter?.spec ?? {};
  if (!datacenter || !thumbprint || insecure || PRINTED.test(thumbprint)) return;
  const digits = thumbprint.replace(/^.*=/, '').replace(/[^0-9a-f]/gi, '').toUpperCase();
  const meant = digits.length === 40 ? digits.match(/../g)?.join(':') : undefined;
  yield {
    document: documentPath(datacenter),
    at: 'spec.thumbprint',
    message: `is ${asWritten(thumbprint)}; expected the SHA-1 thumbprint as 20 pairs of capital hexadecimal digits with colons between `
      + 'them: the tools compare the text',
    fix: meant ? `write ${meant}` : 'write what govc about.cert -thumbprint -k prints',
    severity: 'warning',
  };
}

/** The tools look tags up by their ids. */
function* tagsAreIds(_cluster: ClusterDocument, { vsphereMachines }: Context): Iterable<Problem> {
  for (const machine of vsphereMachines) {
    for (const [index, tag] of (machine.spec?.tags ?? []).entries()) {
      if (/^urn:vmomi:InventoryServiceTag:[^:]+:[^:]+$/.test(tag)) continue;
      yield {
        document: documentPath(machine),
        at: `spec.tags[${index}]`,
        message: `is ${asWritten(tag)}; expected the id of a tag, such as `
          + 'urn:vmomi:InventoryServiceTag:8e0ce079-0675-47d6-8665-16ada4e6dabd:GLOBAL',
        fix: 'write the id that govc tags.info prints for it',
        severity: 'warning',
      };
    }
  }
}

/** Where vCenter keeps what a field names, below the datacenter. */
const ROOTS = { datastore: 'datastore', folder: 'vm', resourcePool: 'host', computeCluster: 'host', template: 'vm' } as const;

type Places = Readonly<Partial<Record<keyof typeof ROOTS, string>>>;

/** A machine is in one datacenter with its disk, its folder, its pool and its template. */
function* pathsInDatacenter(_cluster: ClusterDocument, { vsphereDatacenter, vsphereMachines }: Context): Iterable<Problem> {
  const datacenter = lastPart(vsphereDatacenter?.spec?.datacenter ?? '');
  if (!vsphereDatacenter || !datacenter) return;
  const owners = [
    ...vsphereMachines.map((machine) => ({ document: documentPath(machine), at: 'spec', places: machine.spec as Places | undefined })),
    ...(vsphereDatacenter.spec?.failureDomains ?? []).map((domain, index) => ({
      document: documentPath(vsphereDatacenter), at: `spec.failureDomains[${index}]`, places: domain as Places,
    })),
  ];
  for (const { document, at, places } of owners) {
    for (const [field, root] of Object.entries(ROOTS)) {
      const path = places?.[field as keyof Places];
      const expected = path && expectedRoot(path, datacenter, root);
      if (!expected) continue;
      yield {
        document,
        at: `${at}.${field}`,
        message: `is ${asWritten(path)}; expected a path below ${expected}`,
        fix: 'copy the path that govc find prints',
        severity: 'warning',
      };
    }
  }
}

function lastPart(path: string): string {
  return path.replace(/\/+$/, '').split('/').at(-1) ?? '';
}

/** What an absolute path should begin with, or undefined where it does. Datacenters may be in folders. */
function expectedRoot(path: string, datacenter: string, root: string): string | undefined {
  if (!path.startsWith('/')) return undefined;
  const parts = path.toLowerCase().split('/');
  const isRight = parts.some((part, at) => part === datacenter.toLowerCase() && parts[at + 1] === root);
  return isRight ? undefined : `/${datacenter}/${root}`;
}

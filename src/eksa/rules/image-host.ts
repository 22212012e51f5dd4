/** Rules about the servers from which machines of bare metal load images: what they cannot load from. */
import { asWritten } from '../finding';
import type { ClusterDocument } from '../model/document';
import { documentPath } from '../model/document';
import { parseUrl } from '../syntax/url';
import type { Context, Problem, Rule } from './rule';

export const IMAGE_HOST_RULES: readonly Rule<ClusterDocument>[] = [
  { id: 'image-host', check: serversOfImages },
  { id: 'hook-folder', check: hookIsFolder },
];

const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/i;

/** The machine itself loads the image, not the host on which the URL was tried. */
function* serversOfImages(_cluster: ClusterDocument, { tinkerbellDatacenter, tinkerbellMachines }: Context): Iterable<Problem> {
  const { osImageURL, hookImagesURLPath, hookIsoURL } = tinkerbellDatacenter?.spec ?? {};
  const places = [
    ...(tinkerbellDatacenter
      ? Object.entries({ osImageURL, hookImagesURLPath, hookIsoURL }).map(([field, url]) => ({ owner: tinkerbellDatacenter, field, url }))
      : []),
    ...tinkerbellMachines.map((owner) => ({ owner, field: 'osImageURL', url: owner.spec?.osImageURL })),
  ];
  for (const { owner, field, url } of places) {
    const host = url ? parseUrl(url)?.host : undefined;
    if (host === undefined || !LOOPBACK.test(host)) continue;
    yield {
      document: documentPath(owner),
      at: `spec.${field}`,
      message: `is ${asWritten(url)}: each machine looks for the image on itself`,
      fix: 'name the server by an address that the machines reach',
      severity: 'warning',
    };
  }
}

/** The tools append the names of the kernel and of the initial file system. */
function* hookIsFolder(_cluster: ClusterDocument, { tinkerbellDatacenter: datacenter }: Context): Iterable<Problem> {
  const url = datacenter?.spec?.hookImagesURLPath;
  const folder = /^(.*)\/(?:vmlinuz|initramfs)-(?:x86_64|aarch64)\/?$/.exec(url ?? '')?.[1];
  if (!datacenter || folder === undefined) return;
  yield {
    document: documentPath(datacenter),
    at: 'spec.hookImagesURLPath',
    message: `is ${asWritten(url)}; expected the folder: the machines append the names of the files`,
    fix: `set hookImagesURLPath to ${folder}`,
    severity: 'warning',
  };
}

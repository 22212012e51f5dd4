/** Identity and trust of a tunnel, read from what the settings give: at start, and again whenever files change. */
import type { RevokedCertificates } from '../base/revoked-certificates.ts';
import { isPath, readCertificates, readKeyPair, readRevoked } from './key-material.ts';
import type { KeyPair } from './key-material.ts';
import { optional } from './setting.ts';
import type { Given, SettingReader } from './setting.ts';
import { keyPairSettings } from './table/key-pair.ts';
import { material, path } from './value-kinds.ts';

export const TUNNEL_MATERIAL = {
  ...keyPairSettings('KONG_CLUSTER_CERT', 'Certificate of this node in tunnels. Needed by control planes and data planes.'),
  accepted: optional('HYBRIDGE_CLUSTER_ACCEPTED_CERTS', material,
    'Further certificates that the peer may present with `KONG_CLUSTER_MTLS=shared`, so that one can replace another.'),
  authorities: optional('KONG_CLUSTER_CA_CERT', material,
    'Authority of the peer\'s certificate, with `KONG_CLUSTER_MTLS=pki` and `pki_check_cn`.'),
  revoked: optional('HYBRIDGE_CLUSTER_REVOKED_FILE', path,
    'Path of the revocation list, one entry per line (`cn:<common name>` or `serial:<hexadecimal>`); with `pki` and `pki_check_cn`. '
    + 'The control plane rejects these certificates.'),
} as const;

/** What is presented and checked in a tunnel. It may change while the node runs, when it comes from files. */
export interface TunnelMaterial {
  /** Identity of this node; set for the roles control_plane and data_plane. */
  readonly identity?: KeyPair;
  /** Further certificates that the peer may present in mode shared, as PEM. */
  readonly accepted?: string;
  /** Authorities that the peer's certificate must come from, as PEM; modes pki. */
  readonly authorities?: string;
  /** Certificates that a control plane rejects; modes pki. */
  readonly revoked?: RevokedCertificates;
}

type Part = keyof typeof TUNNEL_MATERIAL;

/** Texts of the settings that name files, by part. */
export type TunnelFiles = { readonly [P in Part]?: string };

/** @throws SettingProblem when one of the files cannot be used */
export function readTunnelFiles(files: TunnelFiles): TunnelMaterial {
  const given = (part: Part): Given | undefined => (files[part] === undefined ? undefined
    : { name: TUNNEL_MATERIAL[part].name, text: files[part] });
  const [certificate, key, accepted, authorities, revoked] = PARTS.map(given);
  return {
    ...certificate && key && { identity: readKeyPair(certificate, key) },
    ...accepted && { accepted: readCertificates(accepted) },
    ...authorities && { authorities: readCertificates(authorities) },
    ...revoked && { revoked: readRevoked(revoked) },
  };
}

const PARTS: readonly Part[] = ['certificate', 'key', 'accepted', 'authorities', 'revoked'];

/** Settings that name files. A key in the environment cannot change, so its certificate does not change either. */
export function tunnelFiles(reader: SettingReader): TunnelFiles {
  const paths = PARTS.flatMap((part) => {
    const given = reader.given(TUNNEL_MATERIAL[part]);
    return given !== undefined && isPath(given.text) ? [[part, given.text] as const] : [];
  });
  const files: TunnelFiles = Object.fromEntries(paths);
  if (files.certificate !== undefined && files.key !== undefined) return files;
  const { certificate: _certificate, key: _key, ...others } = files;
  return others;
}

/** Identity and trust of a tunnel, read from what the settings give: at the start, and again whenever files change. */
import { isPath, readCertificates, readKeyPair, readRevoked } from './key-material.ts';
import { SETTINGS } from './names.ts';
import type { TunnelFiles, TunnelMaterial } from './settings.ts';

/** The texts of the settings: paths, PEM, or base64 of it. */
export type TunnelTexts = TunnelFiles;

/** How each part is read. Certificate and key are one part: they are checked against each other. */
const PARTS = {
  identity: ({ certificate, key }: TunnelTexts) => certificate === undefined || key === undefined ? undefined
    : readKeyPair({ name: SETTINGS.clusterCert.name, text: certificate }, { name: SETTINGS.clusterCertKey.name, text: key }),
  accepted: ({ accepted }: TunnelTexts) => accepted === undefined ? undefined : readCertificates({ name: SETTINGS.clusterAcceptedCerts.name, text: accepted }),
  authorities: ({ authorities }: TunnelTexts) => authorities === undefined ? undefined : readCertificates({ name: SETTINGS.clusterCaCert.name, text: authorities }),
  revoked: ({ revoked }: TunnelTexts) => revoked === undefined ? undefined : readRevoked({ name: SETTINGS.clusterRevokedFile.name, text: revoked }),
} as const;

/**
 * @param attempt runs the reading of one part; what it makes of a `KeyMaterialProblem` is its affair
 */
export function readTunnelMaterial(texts: TunnelTexts, attempt: <T>(read: () => T) => T | undefined = (read) => read()): TunnelMaterial {
  return Object.fromEntries(Object.entries(PARTS).map(([part, read]) => [part, attempt<unknown>(() => read(texts))]));
}

/** Those that are paths of files. A key in the environment cannot change, so its certificate does not either. */
export function tunnelFiles(texts: TunnelTexts): TunnelFiles {
  const files = Object.fromEntries(Object.entries(texts).filter(([, text]: [string, string | undefined]) => text !== undefined && isPath(text))) as TunnelFiles;
  if (files.certificate !== undefined && files.key !== undefined) return files;
  const { certificate: _certificate, key: _key, ...others } = files;
  return others;
}

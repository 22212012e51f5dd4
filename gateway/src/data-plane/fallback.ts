/** Connects a data plane to the fallback of its control plane. */
import { authoritiesOf } from '../base/authorities.ts';
import type { Log } from '../base/log.ts';
import type { FallbackTrust } from '../fallback/envelope.ts';
import { fallbackStorage } from '../fallback/storage.ts';
import type { Settings, TunnelSettings } from '../settings/settings.ts';
import { sharedCertificates } from '../sync/trust.ts';
import type { DataPlane } from './data-plane.ts';
import { FallbackImport } from './fallback-import.ts';
import { trustOf } from './tunnel.ts';

/** An import that is not started yet; `undefined` when the settings ask for none. */
export function fallbackOf(
  dataPlane: DataPlane, { fallback, tunnel }: Settings, log: Log, isConnected: () => boolean,
): FallbackImport | undefined {
  const { storage } = fallback;
  if (!fallback.import || storage === undefined) return undefined;
  const trust = fallbackTrustOf(tunnel);
  return new FallbackImport({ storage: fallbackStorage({ ...fallback, storage }), trust, dataPlane, isConnected, log });
}

/** The same certificates that the tunnel accepts of a control plane. */
export function fallbackTrustOf(tunnel: TunnelSettings): FallbackTrust {
  const trust = trustOf(tunnel);
  if (trust.mode === 'shared') return { certificates: sharedCertificates(trust), authorities: [], names: [] };
  const { serverName, authorities, trusted = [] } = trust;
  return {
    certificates: [],
    authorities: [...authorities === undefined ? [] : [authorities], ...authoritiesOf(trusted)],
    names: serverName === undefined ? tunnel.controlPlanes.map(({ host }) => host) : [serverName],
  };
}

/** Follows the files of a tunnel's identity and trust. */
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { FileWatch } from './file-watch.ts';
import { expiryOf } from './key-material.ts';
import type { TunnelMaterial, TunnelSettings } from './settings.ts';
import { readTunnelFiles } from './tunnel-material.ts';

interface TunnelFileWatchOptions {
  readonly tunnel: TunnelSettings;
  readonly log: Log;
  /** Gets the settings with what the files contain now. */
  readonly changed: (tunnel: TunnelSettings) => void;
  /** @default - the clock of the machine */
  readonly clock?: Clock;
}

/** Starts to follow them. What cannot be used is logged, and what was read before stays in use. */
export function watchTunnelFiles({ tunnel, log, changed, clock }: TunnelFileWatchOptions): FileWatch<TunnelMaterial> {
  const files = Object.values(tunnel.files) as readonly string[];
  let inUse = tunnel;
  return new FileWatch({
    what: 'the files of the tunnel',
    files,
    read: () => readTunnelFiles(tunnel.files),
    changed: (material) => {
      const renewed = { ...inUse, ...material };
      if (textOf(renewed) === textOf(inUse)) return;
      inUse = renewed;
      log.notice('the files of the tunnel changed and are in use', { files, ...validity(material) });
      changed(renewed);
    },
    log,
    clock,
  });
}

/** A new key has a new certificate. */
function textOf({ identity, accepted, authorities, revoked }: TunnelMaterial): string {
  return JSON.stringify([identity?.certificate, accepted, authorities, revoked]);
}

function validity({ identity }: TunnelMaterial): Record<string, string> {
  return identity === undefined ? {} : { certificate_until: new Date(expiryOf(identity.certificate)).toISOString() };
}

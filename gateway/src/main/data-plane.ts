/** Artefact: a data plane. It has no store; everything it serves comes through the tunnel, or from its cache. */
import { join } from 'node:path';

import { ARTEFACTS } from '../../contract.ts';
import { DataPlane } from '../data-plane/data-plane.ts';
import { fallbackOf, fallbackTrustOf } from '../data-plane/fallback.ts';
import { telemetryOf, telemetryTrustOf } from '../data-plane/telemetry.ts';
import { trustOf, tunnelOf } from '../data-plane/tunnel.ts';
import { runNode } from '../process/run-node.ts';
import { watchTunnelFiles } from '../settings/tunnel-file-watch.ts';
import { processesOf } from '../workers/processes.ts';

const WORKER = join(import.meta.dirname, ARTEFACTS.worker);

await runNode(async (settings, log) => {
  const dataPlane = new DataPlane({ settings, log, ...processesOf(settings, log, WORKER) });
  const tunnel = tunnelOf(dataPlane, settings, log);
  const telemetry = telemetryOf(dataPlane, settings, log);
  const fallback = fallbackOf(dataPlane, settings, log, () => tunnel.connected);
  const addresses = await dataPlane.start();
  tunnel.start();
  telemetry?.start();
  fallback?.start();
  const files = watchTunnelFiles({
    tunnel: settings.tunnel,
    log,
    changed: (renewed) => {
      tunnel.renew(trustOf(renewed));
      telemetry?.renew(telemetryTrustOf(renewed));
      fallback?.renew(fallbackTrustOf(renewed));
    },
  });
  return {
    addresses,
    drain: () => dataPlane.retreat(),
    kill: () => dataPlane.kill(),
    close: async () => {
      await files.close();
      fallback?.close();
      tunnel.close();
      telemetry?.close();
      await dataPlane.close();
    },
  };
});

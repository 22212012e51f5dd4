/** Artefact: a data plane. It has no store; everything it serves comes through the tunnel, or from its cache. */
import { DataPlane } from '../data-plane/data-plane.ts';
import { telemetryOf, telemetryTrustOf } from '../data-plane/telemetry.ts';
import { trustOf, tunnelOf } from '../data-plane/tunnel.ts';
import { runNode } from '../process/run-node.ts';
import { watchTunnelFiles } from '../settings/tunnel-file-watch.ts';

await runNode(async (settings, log) => {
  const dataPlane = new DataPlane({ settings, log });
  const tunnel = tunnelOf(dataPlane, settings, log);
  const telemetry = telemetryOf(dataPlane, settings, log);
  const addresses = await dataPlane.start();
  tunnel.start();
  telemetry?.start();
  const files = watchTunnelFiles({
    tunnel: settings.tunnel,
    log,
    changed: (renewed) => {
      tunnel.renew(trustOf(renewed));
      telemetry?.renew(telemetryTrustOf(renewed));
    },
  });
  return {
    addresses,
    drain: () => dataPlane.drain(),
    close: async () => {
      await files.close();
      tunnel.close();
      telemetry?.close();
      await dataPlane.close();
    },
  };
});

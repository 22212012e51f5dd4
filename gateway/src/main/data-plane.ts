/** Artefact: a data plane. It has no store; everything it serves comes through the tunnel, or from its cache. */
import { DataPlane } from '../data-plane/data-plane.ts';
import { telemetryOf } from '../data-plane/telemetry.ts';
import { tunnelOf } from '../data-plane/tunnel.ts';
import { runNode } from '../process/run-node.ts';

await runNode(async (settings, log) => {
  const dataPlane = new DataPlane({ settings, log });
  const tunnel = tunnelOf(dataPlane, settings, log);
  const telemetry = telemetryOf(dataPlane, settings, log);
  const addresses = await dataPlane.start();
  tunnel.start();
  telemetry?.start();
  return {
    addresses,
    drain: () => dataPlane.drain(),
    close: async () => {
      tunnel.close();
      telemetry?.close();
      await dataPlane.close();
    },
  };
});

/** Artefact: a data plane. It has no store; everything it serves comes through the tunnel, or from its cache. */
import { DataPlane } from '../data-plane/data-plane.ts';
import { tunnelOf } from '../data-plane/tunnel.ts';
import { runNode } from '../process/run-node.ts';

await runNode(async (settings, log) => {
  const dataPlane = new DataPlane({ settings, log });
  const tunnel = tunnelOf(dataPlane, settings, log);
  await dataPlane.start();
  tunnel.start();
  return {
    drain: () => dataPlane.drain(),
    close: async () => {
      tunnel.close();
      await dataPlane.close();
    },
  };
});

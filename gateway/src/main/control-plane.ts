/** Artefact: a control plane. It serves admins and data planes, and runs no plugin. */
import { ControlPlane } from '../control-plane/control-plane.ts';
import { runNode } from '../process/run-node.ts';
import { accessLogOf } from './access-logs.ts';

await runNode(async (settings, log) => {
  const controlPlane = new ControlPlane({ settings, log, accessLog: accessLogOf('admin', settings, log) });
  const addresses = await controlPlane.start();
  return { addresses, drain: () => controlPlane.drain(), close: () => controlPlane.close() };
});

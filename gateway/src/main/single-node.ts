/**
 * Artefact: both planes in one process. The data plane takes its configuration from the control plane's own source, without a tunnel;
 * with KONG_DATABASE=off there is no control plane, and the configuration comes from a file.
 */
import { ControlPlane } from '../control-plane/control-plane.ts';
import { DataPlane } from '../data-plane/data-plane.ts';
import { applyDeclarativeFile } from '../data-plane/declarative-file.ts';
import { runNode } from '../process/run-node.ts';
import type { StartNode } from '../process/run-node.ts';

const startWithStore: StartNode = async (settings, log) => {
  const controlPlane = new ControlPlane({ settings, log });
  const dataPlane = new DataPlane({ settings, log, keepsConfiguration: false });
  const controlPlaneAddresses = await controlPlane.start();
  const source = controlPlane.configuration;
  const follow = () => {
    const latest = source.latest();
    const result = latest && dataPlane.apply(latest.table, latest.hash);
    if (result && !result.applied) log.error(`the configuration is not applied: ${result.message}`);
  };
  source.onChange(follow);
  follow();
  try {
    const addresses = { ...controlPlaneAddresses, ...await dataPlane.start() };
    return {
      addresses,
      drain: () => dataPlane.drain(),
      close: async () => {
        await dataPlane.close();
        await controlPlane.close();
      },
    };
  } catch (error) {
    await controlPlane.close();
    throw error;
  }
};

const startFromFile: StartNode = async (settings, log) => {
  const dataPlane = new DataPlane({ settings, log, keepsConfiguration: false });
  applyDeclarativeFile(dataPlane, settings.declarativeConfig, log);
  const addresses = await dataPlane.start();
  return { addresses, drain: () => dataPlane.drain(), close: () => dataPlane.close() };
};

await runNode((settings, log) => settings.database === 'off' ? startFromFile(settings, log) : startWithStore(settings, log));

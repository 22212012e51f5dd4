/**
 * Artefact: both planes in one process. The data plane gets its configuration from the control plane directly, without a tunnel. With
 * KONG_DATABASE=off, that is a store in memory, which a declarative file, a setting or `POST /config` fills.
 */
import { ControlPlane } from '../control-plane/control-plane.ts';
import { DeclarativeNode } from '../control-plane/declarative-node.ts';
import { DataPlane } from '../data-plane/data-plane.ts';
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

const startWithoutStore: StartNode = async (settings, log) => {
  const dataPlane = new DataPlane({ settings, log, keepsConfiguration: false });
  const controlPlane = new DeclarativeNode({ settings, log, runner: dataPlane });
  const { declarativeConfig } = settings;
  if (declarativeConfig === undefined) {
    log.warn('KONG_DATABASE=off: nothing is served until POST /config loads a configuration; KONG_DECLARATIVE_CONFIG or '
      + 'KONG_DECLARATIVE_CONFIG_STRING loads one at start');
  } else await controlPlane.load(declarativeConfig);
  const controlPlaneAddresses = await controlPlane.start();
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

await runNode((settings, log) => settings.database === 'off' ? startWithoutStore(settings, log) : startWithStore(settings, log));

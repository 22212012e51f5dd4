/**
 * Artefact: both planes in one process. The data plane gets its configuration from the control plane directly, without a tunnel. With
 * KONG_DATABASE=off there is no control plane, and the configuration comes from a declarative file or setting.
 */
import { GatewayError } from '../base/errors.ts';
import { ControlPlane } from '../control-plane/control-plane.ts';
import { DataPlane } from '../data-plane/data-plane.ts';
import { invalidConfiguration, readNodeConfiguration, textOf } from '../declarative/node-configuration.ts';
import { storedRows, tableOfRows } from '../declarative/stored-rows.ts';
import { hashConfigTable } from '../model/config-hash.ts';
import { SCHEMAS } from '../plugins/schemas.ts';
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
  const { declarativeConfig } = settings;
  if (declarativeConfig === undefined) {
    log.warn('KONG_DATABASE=off: set KONG_DECLARATIVE_CONFIG or KONG_DECLARATIVE_CONFIG_STRING, without them there is nothing to serve');
  } else {
    const reading = readNodeConfiguration(textOf(declarativeConfig), { takesMetadata: true });
    if (!reading.isValid) throw invalidConfiguration(declarativeConfig, reading.lines());
    const table = tableOfRows(storedRows(reading, Date.now() / 1000), SCHEMAS);
    const result = dataPlane.apply(table, hashConfigTable(table).config);
    if (!result.applied) throw new GatewayError('declarative-file-invalid', `declarative configuration: ${result.message}`);
  }
  const addresses = await dataPlane.start();
  return { addresses, drain: () => dataPlane.drain(), close: () => dataPlane.close() };
};

await runNode((settings, log) => settings.database === 'off' ? startWithoutStore(settings, log) : startWithStore(settings, log));

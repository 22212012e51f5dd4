/**
 * Artefact: both planes in one node. The data plane gets its configuration from the control plane directly, without a tunnel. With
 * KONG_DATABASE=off, that is a store in memory, which a declarative file, a setting or `POST /config` fills.
 */
import { join } from 'node:path';

import { ARTEFACTS } from '../../contract.ts';
import { collectFirstGarbage } from '../base/first-garbage.ts';
import { ControlPlane } from '../control-plane/control-plane.ts';
import { DeclarativeNode } from '../control-plane/declarative-node.ts';
import { sessionsOf } from '../control-plane/stored-sessions.ts';
import { DataPlane } from '../data-plane/data-plane.ts';
import { runNode } from '../process/run-node.ts';
import type { RunningNode, StartNode } from '../process/run-node.ts';
import { processesOf } from '../workers/processes.ts';
import { accessLogOf } from './access-logs.ts';

const WORKER = join(import.meta.dirname, ARTEFACTS.worker);
const READER = join(import.meta.dirname, ARTEFACTS.declarativeReader);

const startWithStore: StartNode = async (settings, log) => {
  const dataPlane: DataPlane = new DataPlane({
    settings, log, ...processesOf(settings, log, WORKER), keepsConfiguration: false,
    isStoreReachable: () => controlPlane.isStoreReachable(),
    sessions: sessionsOf(() => controlPlane),
  });
  const accessLog = accessLogOf('admin', settings, log);
  const controlPlane = new ControlPlane({ settings, log, accessLog, ...partsOf(dataPlane) });
  const addresses = await controlPlane.start();
  const source = controlPlane.configuration;
  const follow = async () => {
    const latest = source.latest();
    const result = latest && await dataPlane.apply(latest.table, latest.hash);
    if (result && !result.applied) log.error(`the configuration is not applied: ${result.message}`);
  };
  source.onChange(() => void follow());
  await follow();
  collectFirstGarbage();
  return withDataPlane(controlPlane, addresses, dataPlane);
};

const startWithoutStore: StartNode = async (settings, log) => {
  const dataPlane = new DataPlane({ settings, log, ...processesOf(settings, log, WORKER), keepsConfiguration: false });
  const accessLog = accessLogOf('admin', settings, log);
  const controlPlane = new DeclarativeNode({
    settings, log, accessLog, runner: dataPlane, readerArtefact: READER, ...partsOf(dataPlane),
  });
  const { declarativeConfig } = settings;
  if (declarativeConfig === undefined) {
    log.warn('KONG_DATABASE=off: nothing is served until POST /config loads a configuration; KONG_DECLARATIVE_CONFIG or '
      + 'KONG_DECLARATIVE_CONFIG_STRING loads one at start');
  } else await controlPlane.load(declarativeConfig);
  collectFirstGarbage();
  // Who reaches the Admin API may use the proxy, too.
  const started = await dataPlane.start();
  try {
    const addresses = { ...started, ...await controlPlane.start() };
    return { addresses, drain: () => dataPlane.retreat(), kill: () => dataPlane.kill(), close: () => closeBoth(controlPlane, dataPlane) };
  } catch (error) {
    await dataPlane.close();
    throw error;
  }
};

/** What the Admin API shows of the data plane. */
function partsOf(dataPlane: DataPlane) {
  return { metrics: () => dataPlane.metrics(), health: dataPlane.upstreamHealth, cachedAnswers: dataPlane.cachedAnswers };
}

/** Starts the data plane beside a control plane that listens already; the control plane ends with it. */
async function withDataPlane(
  controlPlane: { close(): Promise<void> }, addresses: RunningNode['addresses'], dataPlane: DataPlane,
): Promise<RunningNode> {
  const close = () => closeBoth(controlPlane, dataPlane);
  try {
    const started = await dataPlane.start();
    return { addresses: { ...addresses, ...started }, drain: () => dataPlane.retreat(), kill: () => dataPlane.kill(), close };
  } catch (error) {
    await controlPlane.close();
    throw error;
  }
}

async function closeBoth(controlPlane: { close(): Promise<void> }, dataPlane: DataPlane): Promise<void> {
  await dataPlane.close();
  await controlPlane.close();
}

await runNode((settings, log) => settings.database === 'off' ? startWithoutStore(settings, log) : startWithStore(settings, log));

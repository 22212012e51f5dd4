/**
 * Runs a topology on this machine: one process a plane, an API and policies created on the control plane, called through every data
 * plane.
 */
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ARTEFACTS, ENV, PORTS, SHARED_TUNNEL_SERVER_NAME, STATUS_PATHS } from '../../gateway/contract.ts';
import { AdminClient } from '../../gateway/src/admin-client/admin-client.ts';
import { createSelfSignedCertificate } from '../../gateway/src/base/self-signed-certificate.ts';
import { artefact } from '../bundle.ts';
import type { Progress } from '../terminal/progress.ts';
import { renderTable } from '../terminal/table.ts';
import { createEchoApi, dataPlaneRows, untilAllRun } from './control-plane-api.ts';
import { startEchoUpstream } from './echo-upstream.ts';
import { freePorts } from './free-ports.ts';
import { NodeProcess } from './node-process.ts';
import { startLogSink } from './policies/log-sink.ts';
import { startOpenIdProvider } from './policies/openid-provider.ts';
import { checkPolicies, POLICY_HEADINGS } from './policies/policy-checks.ts';
import { createPolicies } from './policies/policy-entities.ts';
import { environmentOf, localSettings } from './settings/local-settings.ts';
import type { LocalPlane, LocalSetting } from './settings/local-settings.ts';
import { settingsOf } from './settings/sources.ts';
import type { Plane, Topology } from './topology.ts';

interface RunOptions {
  /** Cloud assembly of the topology. */
  readonly assembly: string;
  /** For logs and working directories. */
  readonly directory: string;
  /** Whether everything goes on running until Ctrl-C. */
  readonly keep: boolean;
  readonly progress: Progress;
}

/** A plane, the settings it runs with here, and where it listens. */
interface LocalRun {
  readonly plane: Plane;
  readonly settings: readonly LocalSetting[];
  /** For people. */
  readonly readFrom: string;
  url(port: number): string;
}

/** @throws CommandFailure that says which part failed, and where its log is; whatever was started is stopped */
export async function runTopology(topology: Topology, options: RunOptions): Promise<void> {
  const { progress, keep } = options;
  const runs = await prepare(topology, options);
  const [controlPlane, ...dataPlanes] = runs as [LocalRun, ...LocalRun[]];
  const rows = runs.map(({ plane, readFrom }) => [plane.id, plane.target ?? '', readFrom]);
  process.stdout.write(`${renderTable({ headings: ['plane', 'target', 'its settings are read from'], rows })}\n`);
  process.stdout.write(`${renderTable(changedSettings(runs))}\n`);

  const upstream = await startEchoUpstream();
  const logs = await startLogSink();
  const provider = await startOpenIdProvider();
  const nodes: NodeProcess[] = [];
  const start = (run: LocalRun, path: string) => progress.step(`start ${run.plane.id}`, async () => {
    const node = new NodeProcess(
      run.plane.id,
      artefact(ARTEFACTS.start),
      environmentOf(run.settings),
      join(options.directory, run.plane.id),
    );
    nodes.push(node);
    await node.until(`answering on ${run.url(PORTS.status)}${path}`, async () => (await fetch(`${run.url(PORTS.status)}${path}`)).ok);
  });
  try {
    await start(controlPlane, STATUS_PATHS.ready);
    // Without a configuration data planes are alive, but not ready: they are once the first one has arrived.
    for (const run of dataPlanes) await start(run, STATUS_PATHS.live);
    const admin = new AdminClient({ url: controlPlane.url(PORTS.admin), timeoutMs: 20_000 });
    const revision = await progress.step('create service and route through the Admin API', () => createEchoApi(admin, upstream.port));
    await progress.step(`wait until ${dataPlanes.length} data planes run revision ${revision}`, () =>
      untilAllRun(admin, revision, dataPlanes.length),
    );
    const answers = await progress.step('call the API through every data plane', () => Promise.all(dataPlanes.map(call)));

    process.stdout.write(`\n${renderTable({ headings: ['data plane', 'runs on', 'request', 'answer', 'body says'], rows: answers })}\n`);
    const policies = await progress.step('create policies: login, limit, cache, log, metrics', () => (
      createPolicies(admin, { upstreamPort: upstream.port, logs, provider })));
    await progress.step(`wait until they run revision ${policies}`, () => untilAllRun(admin, policies, dataPlanes.length));
    const checked = await progress.step('try every policy on every data plane', () => Promise.all(dataPlanes.map(({ plane, url }) => (
      checkPolicies({ id: plane.id, proxy: url(PORTS.proxy), status: url(PORTS.status) }, logs, provider)))));
    process.stdout.write(`\n${renderTable({ headings: POLICY_HEADINGS, rows: checked })}\n`);
    process.stdout.write(`${renderTable(await dataPlaneRows(admin))}\n`);
    process.stdout.write(`done in ${progress.total()}; logs in ${options.directory}\n`);
    if (keep) await untilInterrupted(runs);
  } finally {
    await Promise.all(nodes.map((node) => node.stop()));
    await upstream.close();
    logs.close();
    provider?.close();
  }
}

/** Working directories, one certificate for the tunnel, and local settings for every plane; the control plane's is first. */
async function prepare(topology: Topology, { assembly, directory }: RunOptions): Promise<readonly LocalRun[]> {
  const planes = [topology.controlPlane, ...topology.dataPlanes];
  const shared = join(directory, 'tunnel');
  const { certificate, key } = await createSelfSignedCertificate({ commonName: SHARED_TUNNEL_SERVER_NAME, days: 7 });
  mkdirSync(shared, { recursive: true });
  const identity = {
    certificate: { path: join(shared, 'cluster.crt'), text: certificate },
    key: { path: join(shared, 'cluster.key'), text: key },
  };
  for (const { path, text } of Object.values(identity)) writeFileSync(path, text, { mode: 0o600 });

  const portOf = await portMap(planes);
  const tunnel = (port: number) => `127.0.0.1:${portOf(topology.controlPlane, port)}`;
  return planes.map((plane) => {
    const folder = join(directory, plane.id);
    rmSync(folder, { recursive: true, force: true });
    const local: LocalPlane = {
      ...identity,
      prefix: join(folder, 'prefix'),
      configuration: tunnel(PORTS.cluster),
      telemetry: tunnel(PORTS.telemetry),
      portFor: (port) => portOf(plane, port),
    };
    const { settings, readFrom } = settingsOf(plane, assembly);
    return { plane, settings: localSettings(settings, local), readFrom, url: (port) => `http://127.0.0.1:${portOf(plane, port)}` };
  });
}

/** A free port for every port that a plane may open. */
async function portMap(planes: readonly Plane[]): Promise<(plane: Plane, port: number) => number> {
  const ports = Object.values(PORTS);
  const free = await freePorts(planes.length * ports.length);
  return (plane, port) => free[planes.indexOf(plane) * ports.length + ports.indexOf(port as typeof ports[number])]!;
}

/** What is different here from what was synthesized, once for all planes that share it. */
function changedSettings(runs: readonly LocalRun[]) {
  const isShared = ({ name, isContent }: LocalSetting) => SAME_FOR_ALL.has(name) && !isContent;
  const rows = runs.flatMap(({ plane, settings }) => settings
    .filter(({ here, there }) => here !== there)
    .filter((setting) => !isShared(setting) || plane === runs[0]!.plane)
    .map((setting) => [isShared(setting) ? '(all)' : plane.id, setting.name, abbreviated(setting.there), shown(setting)]));
  return { headings: ['plane', 'setting', 'as synthesized', 'in this demo'], rows };
}

function shown({ here, isContent }: LocalSetting): string {
  if (here === undefined) return '(left out)';
  return isContent ? '(content of the one made here)' : abbreviated(here);
}

/** Settings that change in the same way for every plane. */
const SAME_FOR_ALL: ReadonlySet<string> = new Set([ENV.clusterCert, ENV.clusterCertKey, ENV.prefix, 'HYBRIDGE_DRAIN_SECONDS']);

function abbreviated(text: string): string {
  return text.length > 60 ? `${text.slice(0, 24)}...${text.slice(-33)}` : text;
}

async function call({ plane, url }: LocalRun): Promise<string[]> {
  const request = `${url(PORTS.proxy)}/httpbin/anything?plane=${plane.id}`;
  const response = await fetch(request);
  const { url: upstreamPath, headers } = await response.json() as { url: string; headers: Record<string, string> };
  return [
    plane.id,
    plane.region ?? plane.target ?? '',
    `GET ${request}`,
    `${response.status}`,
    `upstream got ${upstreamPath}, x-forwarded-path ${headers['x-forwarded-path']}`,
  ];
}

async function untilInterrupted(runs: readonly LocalRun[]): Promise<void> {
  const [controlPlane, ...dataPlanes] = runs as [LocalRun, ...LocalRun[]];
  const urls = [
    ['Admin API', controlPlane.url(PORTS.admin)],
    ...dataPlanes.map((run) => [run.plane.id, `${run.url(PORTS.proxy)}/httpbin/anything`]),
  ];
  process.stdout.write(`\nstill running; Ctrl-C ends it\n\n${renderTable({ headings: ['what', 'URL'], rows: urls })}\n`);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
}

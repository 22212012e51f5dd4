/** A gateway made of real processes, for suites that look at it from outside: the bundled artefacts, a temporary folder, free ports. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { freePorts } from '../../../cli/demo/free-ports.ts';
import { NodeProcess } from '../../../cli/demo/node-process.ts';
import { createSelfSignedCertificate } from '../../src/base/self-signed-certificate.ts';
import { temporaryFolder } from '../setup/temporary-folder.ts';

/** The context of the image, as the bundler left it. */
export const IMAGE = join(import.meta.dirname, '..', '..', '..', 'lib', 'bundle', 'image');

/** What a node of a suite has: its process and its URLs. */
export interface LocalNode {
  readonly process: NodeProcess;
  readonly environment: Record<string, string>;
  readonly proxy: string;
  readonly admin: string;
  readonly status: string;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** Starts and finally stops everything that a suite needs. */
export class LocalTopology {
  readonly folder = temporaryFolder('system');
  readonly #nodes: NodeProcess[] = [];
  readonly #servers: Server[] = [];
  #certificate: Promise<void> | undefined;
  #tunnel: { configuration: number; telemetry: number } | undefined;

  async controlPlane(name = 'control-plane', extra: Record<string, string> = {}): Promise<LocalNode> {
    const [adminPort, status, configuration, telemetry] = (await freePorts(4)) as [number, number, number, number];
    this.#tunnel = { configuration, telemetry };
    return this.#start(
      name,
      {
        KONG_ROLE: 'control_plane',
        KONG_ADMIN_LISTEN: `127.0.0.1:${adminPort}`,
        KONG_STATUS_LISTEN: `127.0.0.1:${status}`,
        KONG_CLUSTER_LISTEN: `127.0.0.1:${configuration}`,
        KONG_CLUSTER_TELEMETRY_LISTEN: `127.0.0.1:${telemetry}`,
        ...extra,
      },
      { admin: adminPort, status, proxy: 0 },
    );
  }

  /** A data plane of the control plane that was started last. */
  async dataPlane(name: string, extra: Record<string, string> = {}): Promise<LocalNode> {
    const [proxy, status] = (await freePorts(2)) as [number, number];
    return this.#start(
      name,
      {
        KONG_ROLE: 'data_plane',
        KONG_DATABASE: 'off',
        KONG_PROXY_LISTEN: `127.0.0.1:${proxy}`,
        KONG_STATUS_LISTEN: `127.0.0.1:${status}`,
        KONG_CLUSTER_CONTROL_PLANE: `127.0.0.1:${this.#tunnel?.configuration ?? 1}`,
        KONG_CLUSTER_TELEMETRY_ENDPOINT: `127.0.0.1:${this.#tunnel?.telemetry ?? 1}`,
        ...extra,
      },
      { admin: 0, status, proxy },
    );
  }

  async singleNode(name = 'node', extra: Record<string, string> = {}): Promise<LocalNode> {
    const [proxy, adminPort, status] = (await freePorts(3)) as [number, number, number];
    return this.#start(
      name,
      {
        KONG_PROXY_LISTEN: `127.0.0.1:${proxy}`,
        KONG_ADMIN_LISTEN: `127.0.0.1:${adminPort}`,
        KONG_STATUS_LISTEN: `127.0.0.1:${status}`,
        ...extra,
      },
      { admin: adminPort, status, proxy },
    );
  }

  /** Starts a stopped node again: same settings, same working directory. */
  async restart(node: LocalNode): Promise<LocalNode> {
    const process = new NodeProcess(
      node.process.name,
      join(IMAGE, 'start.mjs'),
      node.environment,
      join(this.folder, `${node.process.name}-again`),
    );
    this.#nodes.push(process);
    return { ...node, process };
  }

  async upstream(handler: Handler): Promise<number> {
    const server = createServer(handler);
    this.#servers.push(server);
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.stop()));
    for (const server of this.#servers) {
      server.closeAllConnections();
      server.close();
    }
  }

  async certificate(): Promise<{ KONG_CLUSTER_CERT: string; KONG_CLUSTER_CERT_KEY: string }> {
    const paths = { KONG_CLUSTER_CERT: join(this.folder, 'cluster.crt'), KONG_CLUSTER_CERT_KEY: join(this.folder, 'cluster.key') };
    this.#certificate ??= createSelfSignedCertificate({ commonName: 'kong_clustering' }).then((pair) => {
      writeFileSync(paths.KONG_CLUSTER_CERT, pair.certificate);
      writeFileSync(paths.KONG_CLUSTER_CERT_KEY, pair.key, { mode: 0o600 });
    });
    await this.#certificate;
    return paths;
  }

  async #start(
    name: string,
    settings: Record<string, string>,
    ports: { admin: number; status: number; proxy: number },
  ): Promise<LocalNode> {
    const folder = join(this.folder, name);
    mkdirSync(folder);
    const environment = { PATH: process.env.PATH ?? '', KONG_PREFIX: join(folder, 'prefix'), ...(await this.certificate()), ...settings };
    const node = new NodeProcess(name, join(IMAGE, 'start.mjs'), environment, folder);
    this.#nodes.push(node);
    const url = (port: number) => `http://127.0.0.1:${port}`;
    return { process: node, environment, admin: url(ports.admin), status: url(ports.status), proxy: url(ports.proxy) };
  }
}

/** @returns the status of a GET, or 0 without an answer */
export async function statusOf(url: string, headers: Record<string, string> = {}): Promise<number> {
  try {
    const response = await fetch(url, { headers });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return 0;
  }
}

/** A JSON request to the Admin API. @throws Error with status and body of an answer that is no success */
export async function admin<T = Record<string, unknown>>(node: LocalNode, method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(`${node.admin}${path}`, {
    method, ...body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } },
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

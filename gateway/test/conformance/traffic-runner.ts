/** Runs a recorded suite through a data plane of its own. */
import { SILENT } from '../../src/base/log.ts';
import { createSelfSignedCertificate } from '../../src/base/self-signed-certificate.ts';
import { DataPlane } from '../../src/data-plane/data-plane.ts';
import { readSettings } from '../../src/settings/read.ts';
import { temporaryFolder } from '../setup/temporary-folder.ts';
import { observe } from './observation.ts';
import { exchange } from './raw-client.ts';
import { RecordingUpstream } from './recording-upstream.ts';
import type { Observation, Step, Suite, TrafficCase } from './suite.ts';
import { tableOfRequests } from './table-of-requests.ts';

const DATE = 'Tue, 15 Nov 1994 08:12:31 GMT';

/** Any hash will do: it is opaque to a data plane. */
const HASH = 'a'.repeat(32);

export class TrafficRunner {
  readonly #upstream = new RecordingUpstream('u0');
  readonly #folder = temporaryFolder('traffic');
  #dataPlane: DataPlane | undefined;
  #ports = { proxy: 0, tls: 0 };

  /** @throws Error when the data plane refuses the configuration */
  async start(suite: Suite): Promise<void> {
    await this.#upstream.start();
    const { certificate, key } = await createSelfSignedCertificate({ commonName: 'localhost' });
    const { settings } = readSettings({
      KONG_PREFIX: this.#folder,
      KONG_PROXY_LISTEN: '127.0.0.1:0, 127.0.0.1:0 ssl',
      KONG_STATUS_LISTEN: 'off',
      KONG_SSL_CERT: certificate,
      KONG_SSL_CERT_KEY: key,
    });
    this.#dataPlane = new DataPlane({ settings, log: SILENT, keepsConfiguration: false });
    const { proxy: [plain, tls] } = await this.#dataPlane.start();
    this.#ports = { proxy: plain!.port, tls: tls!.port };
    const result = this.#dataPlane.apply(tableOfRequests(suite.config, (text) => this.#fill(text)), HASH);
    if (!result.applied) throw new Error(`${suite.id}: ${result.message}`);
  }

  async stop(): Promise<void> {
    await this.#dataPlane?.close(0);
    await this.#upstream.stop();
  }

  /** What is seen, cut to what was recorded. */
  async run(traffic: TrafficCase): Promise<Observation[]> {
    this.#upstream.script = {};
    const seen: Observation[] = [];
    for (const template of traffic.steps) {
      const step = JSON.parse(this.#fill(JSON.stringify(template))) as Step;
      if (step.up?.u0 !== undefined) this.#upstream.script = step.up.u0;
      if (step.http === undefined && step.send === undefined) continue;
      this.#upstream.received.length = 0;
      const wanted = traffic.expect[seen.length] ?? {};
      const ports = { u0: this.#upstream.port, proxy: this.#ports.proxy, proxyssl: this.#ports.tls };
      const observation = observe(
        step, await exchange(step, { ports: this.#ports, expected: wanted.conn === 'closed' ? 'closed' : 'open' }), this.#upstream.received,
        ports,
      );
      seen.push(onlyRecorded(observation, wanted));
    }
    return seen;
  }

  #fill(text: string): string {
    return text.replaceAll('{{host}}', '127.0.0.1').replaceAll('{{u0}}', String(this.#upstream.port)).replaceAll('{{date}}', DATE);
  }
}

function onlyRecorded(seen: Observation, wanted: Observation): Observation {
  return Object.fromEntries(Object.entries(seen).filter(([key]) => key in wanted));
}

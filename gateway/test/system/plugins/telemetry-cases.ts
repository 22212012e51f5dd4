/** Plugins that report requests elsewhere. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';

import { eventually } from '../../fixtures/eventually.ts';
import { NO_SYSTEM_LOG } from '../../fixtures/system-log.ts';
import type { Ask, Counterparts, PluginCase } from './plugin-case.ts';

/** The path of a request that the entry is recognised by. */
function mark(name: string): string {
  return `/seen-by-${name}`;
}

/** Asks once, and waits until the counterpart has an entry about it. */
function reports(name: string, has: (counterparts: Counterparts) => boolean): PluginCase['check'] {
  return async (ask: Ask, counterparts) => {
    expect((await ask({ path: mark(name) })).status).toBe(200);
    await eventually(`${name} reports the request`, () => has(counterparts));
  };
}

const mentions = (texts: readonly string[], name: string): boolean => texts.some((text) => text.includes(mark(name)));
const fileOf = ({ folder }: Counterparts): string => join(folder, 'requests.log');

export const TELEMETRY_CASES: readonly PluginCase[] = [
  {
    name: 'file-log', config: (counterparts) => ({ path: fileOf(counterparts) }),
    check: reports('file-log', (counterparts) => {
      const file = fileOf(counterparts);
      return existsSync(file) && mentions([readFileSync(file, 'utf8')], 'file-log');
    }),
  },
  {
    name: 'http-log', config: ({ http }) => ({ http_endpoint: `http://127.0.0.1:${http.port}/http-log` }),
    check: reports('http-log', ({ http }) => mentions(http.received, 'http-log')),
  },
  {
    name: 'tcp-log', config: ({ tcp }) => ({ host: '127.0.0.1', port: tcp.port }),
    check: reports('tcp-log', ({ tcp }) => mentions(tcp.received, 'tcp-log')),
  },
  {
    name: 'udp-log', config: ({ udp }) => ({ host: '127.0.0.1', port: udp.port }),
    check: reports('udp-log', ({ udp }) => mentions(udp.received, 'udp-log')),
  },
  {
    name: 'loggly', config: ({ udp }) => ({ host: '127.0.0.1', port: udp.port, key: 'key' }),
    check: reports('loggly', ({ udp }) => udp.received.some((text) => text.includes('[key@41058') && text.includes(mark('loggly')))),
  },
  {
    name: 'syslog', lacks: NO_SYSTEM_LOG, config: () => ({ facility: 'local3' }),
    check: reports('syslog', ({ systemLog }) => (
      systemLog.some((text) => /<158>\w+ +\d+ [\d:]+ kong\[\d+\]: \{/.test(text) && text.includes(mark('syslog'))))),
  },
  {
    name: 'statsd', config: ({ udp }) => ({ host: '127.0.0.1', port: udp.port, prefix: 'pair-statsd' }),
    check: reports('statsd', ({ udp }) => udp.received.some((text) => /^pair-statsd\..*request\.count:1\|c/.test(text))),
  },
  {
    name: 'datadog', config: ({ udp }) => ({ host: '127.0.0.1', port: udp.port, prefix: 'pair-datadog' }),
    check: reports('datadog', ({ udp }) => udp.received.some((text) => /^pair-datadog\.request\.count:1\|c.*#name:datadog/.test(text))),
  },
  {
    name: 'zipkin', config: ({ http }) => ({ http_endpoint: `http://127.0.0.1:${http.port}/zipkin`, sample_ratio: 1 }),
    check: reports('zipkin', ({ http }) => mentions(http.received.filter((text) => text.startsWith('POST /zipkin')), 'zipkin')),
  },
  {
    name: 'opentelemetry', config: ({ http }) => ({ traces_endpoint: `http://127.0.0.1:${http.port}/v1/traces`, sampling_rate: 1 }),
    check: reports('opentelemetry', ({ http }) => (
      mentions(http.received.filter((text) => text.startsWith('POST /v1/traces')), 'opentelemetry'))),
  },
  {
    name: 'prometheus', config: () => ({ status_code_metrics: true }),
    check: async (ask, { status }) => {
      expect((await ask()).status).toBe(200);
      const counted = /^kong_http_requests_total\{service="prometheus",route="prometheus",code="200",.*\} 1$/m;
      await eventually('the request is counted', async () => counted.test(await (await fetch(`${status}/metrics`)).text()));
    },
  },
];

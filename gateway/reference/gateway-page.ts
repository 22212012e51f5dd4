/** docs/reference/gateway.md: what the packaged gateway does in this build, and where it differs from Kong Gateway. */
import { PORTS } from '../contract.ts';
import { KONG_VERSION } from '../src/base/version.ts';
import { UNUSED } from '../src/data-plane/unmet-needs.ts';
import type { PluginSchema } from '../src/model/entities/plugin.ts';
import { PROTOCOLS } from '../src/model/schema/typedefs.ts';
import { isStreamProtocol, STREAM_PROTOCOLS } from '../src/model/stream-protocols.ts';
import { isServed, PLUGINS, SCHEMAS } from '../src/plugins/schemas.ts';
import { DEVIATIONS } from '../test/conformance/deviations.ts';
import { code, generatedBy, table } from './markdown.ts';

export function gatewayPage(): string {
  return [
    generatedBy('gateway-page.ts', 'the schemas, the plugin list and the conformance suite'),
    '# What the packaged gateway does',
    '',
    'This page describes the gateway that `GatewayEngine.packaged()` deploys and `hybridge start` runs, as of ' +
      `this build. It reports version ${KONG_VERSION} to clients and tunnels, ` +
      'because it follows the interfaces of Kong Gateway of that version. What is not on this page is not there. '
      + '`GatewayEngine.kongHelm()` deploys Kong Gateway itself, with everything that it has.',
    '',
    '## Entities',
    '',
    'The Admin API, declarative files and the tunnel know these entities. [admin-api.md](admin-api.md) lists their fields.',
    '',
    ...table(
      ['entity', 'named by', 'in the Admin API', 'sent to data planes'],
      [...SCHEMAS.values()].map((schema) => [
        code(schema.name),
        code(schema.endpointKey ?? 'id'),
        yes(schema.hasAdminApi !== false),
        yes(schema.isExported !== false),
      ]),
    ),
    '',
    'Data planes do not use these entities, and log one line about them:',
    '',
    ...table(['entity', 'what happens'], Object.entries(UNUSED).map(([name, instead]) => [code(name), instead])),
    '',
    'What a data plane cannot use of an entity puts that entity in quarantine, and a service whose upstream is in quarantine, too: '
    + 'requests of the service are answered with 503, and `GET /clustering/data-planes` and the log name it '
    + '([decision 0019](../decisions/0019-quarantine.md)).',
    '',
    '## Plugins',
    '',
    ...table(
      ['plugin', 'priority', 'may be bound to', 'data planes run it'],
      PLUGINS.map((plugin) => [code(plugin.name), String(plugin.priority), scopesOf(plugin), yes(isServed(plugin.name))]),
    ),
    '',
    'Every plugin of this table can be configured, and its configuration is validated. A data plane answers requests that a '
    + 'plugin would see which it does not run with status 500, reports the plugin in its quarantine, and logs one line; '
    + '`enabled: false` prevents that. `GET /` says `"served": false` for these plugins in `plugins.available_on_server`, and the '
    + 'constructs warn at synth about each in a declarative configuration. `KONG_PLUGINS` narrows the table.',
    '',
    'Any other plugin name is rejected: by the Admin API with status 400, and in declarative files with its line. A data plane that '
    + 'gets one from another control plane holds back the requests that the plugin would see.',
    '',
    '## Protocols',
    '',
    ...table(['what', 'supported'], PROTOCOL_ROWS),
    '',
    `Routes with ${PROTOCOLS.filter((protocol) => !isStreamProtocol(protocol)).map(code).join(', ')} match requests to addresses of `
    + '`KONG_PROXY_LISTEN`, those with '
    + `${STREAM_PROTOCOLS.map(code).join(', ')} streams to addresses of `
    + '`KONG_STREAM_LISTEN`. '
    + 'Clients of gRPC need `http2` in `KONG_PROXY_LISTEN`: a route for gRPC answers HTTP/1.1 with 426, or 415 where the request is not '
    + 'gRPC.',
    '',
    '## Ports',
    '',
    ...table(
      ['port', 'what'],
      PORT_ROWS.map(([port, what]) => [String(PORTS[port]), what]),
    ),
    '',
    'Constructs set these ports. A node that you start yourself takes its own defaults from [settings.md](settings.md).',
    '',
    '## Settings',
    '',
    'A node is set up by environment variables: [settings.md](settings.md) lists them, and says what happens to '
    + 'settings of Kong Gateway that this gateway does not implement.',
    '',
    '## Differences from Kong Gateway',
    '',
    'The conformance suite (`gateway/test/conformance/`) replays traffic that was recorded from Kong Gateway ' +
      `${KONG_VERSION} and compares answers and upstream requests. ` +
      `It accepts the following ${DEVIATIONS.length} differences and fails on any other, and on any of these that no longer exists.`,
    '',
    ...DEVIATIONS.map(({ reason }) => `- ${capital(reason)}.`),
    '',
    'Differences in the tunnel are in [decision 0007](../decisions/0007-tunnel-and-data-path.md), those of settings '
    + 'in [settings.md](settings.md).',
    '',
  ].join('\n');
}

const PROTOCOL_ROWS: readonly (readonly [string, string])[] = [
  ['HTTP/1.0 and HTTP/1.1 from consumers, HTTP/1.1 to upstreams', 'yes, with keep-alive on both sides: [what is accepted](http-policy.md)'],
  ['TLS from consumers', 'yes; certificates of entities by server name, else those of settings'],
  ['TLS to upstreams', 'yes; client certificates and authorities of services and of settings'],
  ['WebSocket (RFC 6455) through a route', 'yes, by HTTP/1.1 upgrade; not over HTTP/2'],
  [
    'Regular expressions in paths and headers of routes',
    'RE2 syntax, matched in linear time; look-around and back-references are rejected',
  ],
  ['HTTP/2 from consumers', 'yes, on addresses with `http2`: [its bounds](../grpc-and-http2.md#http2-for-clients)'],
  ['HTTP/2 to upstreams', 'services of `grpc` and `grpcs` only, as with Kong; others get HTTP/1.1'],
  ['gRPC, gRPC-Web, gRPC as JSON', 'yes: [gRPC and HTTP/2](../grpc-and-http2.md)'],
  ['HTTP/3', 'no'],
  ['TCP, UDP and TLS streams', 'yes: [streams](../streams.md)'],
  ['PROXY protocol, v1 and v2', 'yes, from load balancers; not to upstreams'],
  ['Tunnel of configuration, Kong protocol v1 (`/v1/outlet`)', 'yes, both ends: Kong and Hybridge planes can be combined'],
  ['Tunnel of configuration, Kong protocol v2 (`/v2/outlet`, incremental)', 'no; Kong 3.9 uses v1 by default'],
  ['Tunnel of telemetry', 'yes, both ends, between Hybridge planes'],
  ['PostgreSQL and SQLite as the database of a control plane', 'yes'],
  ['Prometheus metrics (`/metrics`)', 'yes, of the node; of requests and targets with the plugin `prometheus`'],
  ['Traces', 'OTLP over HTTP with `opentelemetry`, Zipkin with `zipkin`'],
  ['Access log', 'yes, one line for each request'],
];

const PORT_ROWS: readonly (readonly [keyof typeof PORTS, string])[] = [
  ['proxy', 'requests of consumers, HTTP'],
  ['proxyTls', 'requests of consumers, HTTPS'],
  ['admin', 'Admin API, HTTP'],
  ['adminTls', 'Admin API, HTTPS'],
  ['cluster', 'tunnel of configuration, mutual TLS'],
  ['telemetry', 'tunnel of telemetry, mutual TLS'],
  ['status', 'status API: probes, metrics, what is in quarantine, health of upstreams'],
];

function scopesOf({ fields }: PluginSchema): string {
  return ['service', 'route', 'consumer'].filter((scope) => fields[scope]?.eq !== null).join(', ');
}

function yes(is: boolean): string {
  return is ? 'yes' : 'no';
}

/** Names such as gRPC keep their spelling. */
function capital(text: string): string {
  return /^[a-z][A-Z]/.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1);
}

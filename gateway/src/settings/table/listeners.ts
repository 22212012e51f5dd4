/** Settings of the addresses that a node listens on. */
import { listeners, streamListeners } from '../listeners.ts';
import { setting, warns } from '../setting.ts';
import type { WithoutEffect } from '../setting.ts';
import { list, onOff, text } from '../value-kinds.ts';

export const LISTEN = {
  proxy: setting('KONG_PROXY_LISTEN', listeners, '0.0.0.0:8000 reuseport backlog=16384, 0.0.0.0:8443 ssl reuseport backlog=16384',
    'Addresses of the proxy. A control plane opens none of them. Kong\'s default also has `http2`.'),
  admin: setting('KONG_ADMIN_LISTEN', listeners, '127.0.0.1:8001',
    'Addresses of the Admin API. A data plane opens none of them. Kong\'s default also has a TLS port, 8444.'),
  stream: setting('KONG_STREAM_LISTEN', streamListeners, 'off',
    'Addresses of streams: TCP, TLS (`ssl`) and datagrams (`udp`). A control plane opens none of them (docs/streams.md).'),
  status: setting('KONG_STATUS_LISTEN', listeners, '127.0.0.1:8007', 'Addresses of the status API: probes and metrics.'),
  cluster: setting('KONG_CLUSTER_LISTEN', listeners, '0.0.0.0:8005',
    'Addresses of the configuration tunnel, always mTLS. Control planes only.'),
  telemetry: setting('KONG_CLUSTER_TELEMETRY_LISTEN', listeners, '0.0.0.0:8006',
    'Addresses of the telemetry tunnel, always mTLS. Control planes only.'),
} as const;

const NO_GUI = 'this gateway has no Kong Manager';

export const LISTEN_WITHOUT_EFFECT: readonly WithoutEffect[] = [
  warns('KONG_PORT_MAPS', list, 'X-Forwarded-Port is the port of the listener'),
  warns('KONG_ADMIN_GUI_LISTEN', listeners, NO_GUI, { default: '0.0.0.0:8002, 0.0.0.0:8445 ssl', silent: ['off'] }),
  warns('KONG_ADMIN_GUI_URL', text, NO_GUI),
  warns('KONG_ADMIN_GUI_PATH', text, NO_GUI, { default: '/' }),
  warns('KONG_ADMIN_GUI_API_URL', text, NO_GUI),
  warns('KONG_ADMIN_GUI_CSP_HEADER', onOff, NO_GUI, { default: 'off' }),
  warns('KONG_ADMIN_GUI_SSL_CERT', text, NO_GUI),
  warns('KONG_ADMIN_GUI_SSL_CERT_KEY', text, NO_GUI, { secret: true }),
  warns('KONG_ADMIN_GUI_*', text, NO_GUI, { secret: true }),
];

/** Settings of the tunnels between control plane and data plane. */
import { readCertificates, readRevoked } from '../key-material.ts';
import { derived, optional, refused, setting, warns } from '../setting.ts';
import type { WithoutEffect } from '../setting.ts';
import { TUNNEL_MATERIAL, tunnelFiles } from '../tunnel-material.ts';
import { endpoint, endpoints, integer, labels, list, onOff, oneOf, text } from '../value-kinds.ts';
import { keyPair } from './key-pair.ts';
import { TRUSTED } from './trusted.ts';

const { accepted, authorities, revoked } = TUNNEL_MATERIAL;

export const TUNNEL = {
  mode: setting('KONG_CLUSTER_MTLS', oneOf('shared', 'pki', 'pki_check_cn'), 'shared',
    'How the ends of a tunnel authenticate each other: by one shared certificate, or by certificates of one authority; with '
      + '`pki_check_cn` the '
    + 'control plane also checks common names.'),
  identity: keyPair(TUNNEL_MATERIAL),
  accepted: derived([accepted], (reader) => { const given = reader.given(accepted); return given && readCertificates(given); }),
  authorities: derived([authorities], (reader) => { const given = reader.given(authorities); return given && readCertificates(given); }),
  revoked: derived([revoked], (reader) => { const given = reader.given(revoked); return given && readRevoked(given); }),
  files: derived(Object.values(TUNNEL_MATERIAL), tunnelFiles),
  allowedCommonNames: setting('KONG_CLUSTER_ALLOWED_COMMON_NAMES', list, '',
    'Common names of data planes that a control plane accepts with `pki_check_cn`. Default: those of the parent domain of its own.'),
  trusted: TRUSTED,
  controlPlanes: setting('KONG_CLUSTER_CONTROL_PLANE', endpoints, '127.0.0.1:8005',
    'Address of the control plane. Several addresses are tried in turn.'),
  serverName: optional('KONG_CLUSTER_SERVER_NAME', text,
    'Server name to send and to verify in the control plane\'s certificate with `pki`. Default: the host of the address.'),
  telemetryEndpoint: optional('KONG_CLUSTER_TELEMETRY_ENDPOINT', endpoint,
    'Address that a data plane sends telemetry to. Default: none is sent.'),
  telemetryServerName: optional('KONG_CLUSTER_TELEMETRY_SERVER_NAME', text, 'The same as KONG_CLUSTER_SERVER_NAME, for telemetry.'),
  labels: setting('KONG_CLUSTER_DP_LABELS', labels, '', 'Labels of a data plane, listed by the control plane.'),
  maxPayloadBytes: setting('KONG_CLUSTER_MAX_PAYLOAD', integer(4_194_304), '16777216',
    'Largest message in a tunnel, in bytes, compressed.'),
  purgeDelaySeconds: setting('KONG_CLUSTER_DATA_PLANE_PURGE_DELAY', integer(60), '1209600',
    'Seconds after which a control plane removes a silent data plane from its list.'),
} as const;

const FULL_PUSHES = 'each push carries the whole configuration';

export const TUNNEL_WITHOUT_EFFECT: readonly WithoutEffect[] = [
  refused('KONG_CLUSTER_OCSP', oneOf('on', 'off', 'optional'),
    'no OCSP responder is asked, so a certificate that it revoked would be accepted; set off, and name revoked certificates in '
    + 'HYBRIDGE_CLUSTER_REVOKED_FILE', { default: 'off' }),
  warns('KONG_CLUSTER_USE_PROXY', onOff,
    'tunnels are opened directly, not through KONG_PROXY_SERVER; allow connections to the control plane',
    { default: 'off' }),
  warns('KONG_PROXY_SERVER', text, 'connections are opened directly, not through a forward proxy', { secret: true }),
  warns('KONG_PROXY_SERVER_SSL_VERIFY', onOff, 'connections are opened directly, not through a forward proxy', { default: 'on' }),
  warns('KONG_CLUSTER_RPC', onOff, 'the tunnel speaks version 1 of the protocol', { default: 'off' }),
  warns('KONG_CLUSTER_RPC_SYNC', onOff, FULL_PUSHES, { default: 'off' }),
  warns('KONG_CLUSTER_INCREMENTAL_SYNC', onOff, FULL_PUSHES, { default: 'off' }),
  warns('KONG_INCREMENTAL_SYNC', onOff, FULL_PUSHES, { default: 'off' }),
  warns('KONG_CLUSTER_CJSON', onOff, 'there is one JSON decoder', { default: 'off' }),
  warns('KONG_KONNECT_MODE', onOff, 'a data plane reports no errors and no analytics to Konnect', { default: 'off' }),
];

/** What is allowed and still likely to surprise: sentences for the log, each with what to change. */
import { confinedListeners, toLoopback } from './admin-access.ts';
import { expiryOf } from './key-material.ts';
import { isLoopback, shownAddress } from './listeners.ts';
import type { SettingReader } from './setting.ts';
import type { Settings } from './settings.ts';
import { ADMIN_TOKEN } from './table/admin.ts';
import { CUSTOM_SUITE_ONLY } from './table/tls-server.ts';
import { CLIENT_SSL_ONLY } from './table/tls.ts';
import { SETTINGS } from './table.ts';
import { TUNNEL_MATERIAL } from './tunnel-material.ts';

/** @param now milliseconds since 1970 */
export function cautions(settings: Settings, now: number, reader: SettingReader): string[] {
  return CAUTIONS.flatMap((caution) => caution(settings, now, reader));
}

type Caution = (settings: Settings, now: number, reader: SettingReader) => readonly string[];

const CAUTIONS: readonly Caution[] = [
  expiredIdentity, confinedAdminApi, openAdminApi, overruledBySuite, unusedClientCertificate,
  otherClientHeader, unbelievedProxies,
];

function expiredIdentity({ tunnel: { identity } }: Settings, now: number): readonly string[] {
  if (identity === undefined || expiryOf(identity.certificate) >= now) return [];
  const ended = new Date(expiryOf(identity.certificate)).toISOString();
  return [`${TUNNEL_MATERIAL.certificate.name}: the certificate expired on ${ended}; peers will reject it`];
}

function confinedAdminApi(settings: Settings): readonly string[] {
  if (settings.role === 'data_plane') return [];
  return confinedListeners(settings).map((listener) => (
    `${SETTINGS.listen.admin.name}: the Admin API listens on ${shownAddress(toLoopback(listener))} instead of ${shownAddress(listener)}, `
    + `because nothing limits who uses it. Set ${ADMIN_TOKEN.name}, or ${SETTINGS.admin.insecure.name}=on where the network does`));
}

function openAdminApi({ role, listen, admin }: Settings): readonly string[] {
  if (role === 'data_plane' || !admin.insecure || admin.token !== undefined) return [];
  return listen.admin.filter((listener) => !isLoopback(listener)).map((listener) => (
    `${SETTINGS.admin.insecure.name}: the Admin API on ${shownAddress(listener)} has no authentication; `
    + 'everyone who reaches that port can change everything. Limit access by a network policy'));
}

function otherClientHeader({ realIpHeader }: Settings): readonly string[] {
  if (['x-real-ip', 'proxy_protocol'].includes(realIpHeader.toLowerCase())) return [];
  return [`${SETTINGS.realIpHeader.name}=${realIpHeader} has no effect: the address of a client behind ${SETTINGS.trustedIps.name} `
    + 'is read from X-Real-IP'];
}

function unbelievedProxies({ role, listen, trustedIps }: Settings): readonly string[] {
  if (role === 'control_plane' || trustedIps.length > 0) return [];
  return [SETTINGS.listen.proxy, SETTINGS.listen.stream].flatMap(({ name }, index) => {
    const proxied = (index === 0 ? listen.proxy : listen.stream).find(({ proxyProtocol }) => proxyProtocol);
    return proxied === undefined ? [] : [`${name}: ${shownAddress(proxied)} says proxy_protocol, and no header is believed: `
      + `set ${SETTINGS.trustedIps.name} to the addresses of the load balancer`];
  });
}

function overruledBySuite(_settings: Settings, _now: number, reader: SettingReader): readonly string[] {
  const { suite, settings } = CUSTOM_SUITE_ONLY;
  const chosen = reader.value(suite);
  return chosen === 'custom' ? [] : settings.flatMap((setting) => reader.given(setting) ?? []).map(({ name }) => (
    `${name} has no effect: ${suite.name}=${chosen} chooses it; set ${suite.name}=custom`));
}

function unusedClientCertificate(_settings: Settings, _now: number, reader: SettingReader): readonly string[] {
  const { switch: clientSsl, settings } = CLIENT_SSL_ONLY;
  if (reader.value(clientSsl)) return [];
  return settings.flatMap((setting) => reader.given(setting) ?? []).map(({ name }) => (
    `${name} has no effect: ${clientSsl.name} is off, so no certificate is presented to upstreams; set ${clientSsl.name}=on`));
}

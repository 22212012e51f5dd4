/** Settings of Kong Gateway Enterprise, which environments made for it have. */
import { refused, warns } from '../setting.ts';
import type { WithoutEffect } from '../setting.ts';
import { integer, list, onOff, oneOf, path, text } from '../value-kinds.ts';

const OFF = { default: 'off' } as const;

const NO_ANALYTICS = 'a node sends no analytics';

const NO_LICENSE = 'this gateway needs no licence';

const NO_PORTAL = 'this gateway has no developer portal';

export const ENTERPRISE_WITHOUT_EFFECT: readonly WithoutEffect[] = [
  refused('KONG_ENFORCE_RBAC', oneOf('on', 'both', 'entity', 'off'),
    'the Admin API has no authentication, so everyone who reaches it may change everything; set off, and limit who reaches it', OFF),
  refused('KONG_FIPS', onOff, 'the cryptography of this gateway is not certified by FIPS 140; set off', OFF),
  refused('KONG_KEYRING_ENABLED', onOff,
    'fields of the database would not be encrypted; set off, and encrypt the storage of the database', OFF),
  warns('KONG_KEYRING_*', text, 'fields of the database are not encrypted', { secret: true }),
  warns('KONG_AUDIT_LOG', onOff, 'requests to the Admin API are not audited', OFF),
  warns('KONG_AUDIT_LOG_*', text, 'requests to the Admin API are not audited', { secret: true }),
  warns('KONG_RBAC_AUTH_HEADER', text, 'the Admin API has no authentication'),
  warns('KONG_PASSWORD', text, 'the Admin API has no authentication, and so no administrators', { secret: true }),
  warns('KONG_VITALS', onOff, NO_ANALYTICS, OFF),
  warns('KONG_VITALS_*', text, NO_ANALYTICS, { secret: true }),
  warns('KONG_ANALYTICS_FLUSH_INTERVAL', integer(1), NO_ANALYTICS),
  warns('KONG_ANALYTICS_BUFFER_SIZE_LIMIT', integer(1), NO_ANALYTICS),
  warns('KONG_ANALYTICS_DEBUG', onOff, NO_ANALYTICS, OFF),
  warns('KONG_LICENSE_DATA', text, NO_LICENSE, { secret: true }),
  warns('KONG_LICENSE_PATH', path, NO_LICENSE),
  warns('KONG_PORTAL', onOff, NO_PORTAL, OFF),
  warns('KONG_PORTAL_*', text, NO_PORTAL, { secret: true }),
  warns('KONG_SMTP_*', text, 'this gateway sends no mail', { secret: true }),
  warns('KONG_EVENT_HOOKS_ENABLED', onOff, 'there are no event hooks', { default: 'on', silent: ['off'] }),
  warns('KONG_ALLOW_INCONSISTENT_DATA_PLANE_PLUGINS', onOff, 'data planes get what they understand, whatever their version', OFF),
  warns('KONG_ROUTE_VALIDATION_STRATEGY', oneOf('smart', 'path', 'off'), 'routes are not compared with those of other workspaces',
    { default: 'smart' }),
  warns('KONG_ENFORCE_ROUTE_PATH_PATTERN', list, 'routes are not compared with a pattern'),
  warns('KONG_ADMIN_API_URI', text, 'this gateway has no Kong Manager'),
];

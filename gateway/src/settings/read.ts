/** Turns an environment into the settings of one node; the only place that knows how names, values and roles go together. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { EnvVault, parseVaultReference } from '../base/env-vault.ts';
import type { VaultReference } from '../base/env-vault.ts';
import { GatewayError, messageOf } from '../base/errors.ts';
import { Secret } from '../base/secret.ts';
import { ACCEPTED_NAMES, ACCEPTED_PREFIXES } from './accepted-names.ts';
import { cautions } from './cautions.ts';
import { KeyMaterialProblem, readCertificates, readKeyPair } from './key-material.ts';
import { SETTINGS } from './names.ts';
import type { SettingDefinition, SettingKey, SettingValue } from './names.ts';
import { nearestName } from './nearest-name.ts';
import { roleProblems } from './role-rules.ts';
import type { KeyPair, PostgresSettings, Settings, TunnelSettings } from './settings.ts';
import { readTunnelMaterial, tunnelFiles } from './tunnel-material.ts';
import type { TunnelTexts } from './tunnel-material.ts';
import { withoutEffect } from './without-effect.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Everything that is wrong with an environment; `problems` are whole sentences, one a line. */
export class SettingsError extends GatewayError {
  constructor(readonly problems: readonly string[]) {
    super('settings-invalid', problems.join('\n'), 'configuration');
  }
}

export interface SettingsReading {
  readonly settings: Settings;
  /** Sentences for the log: unknown names, what without-effect.ts knows, and what cautions.ts looks at. */
  readonly warnings: readonly string[];
}

/**
 * Reads the settings of one node.
 *
 * @throws SettingsError naming every wrong setting at once: its name, its value, what was expected
 */
export function readSettings(environment: Environment, now: () => number = Date.now): SettingsReading {
  const reader = new Reader(environment);
  const role = reader.value('role');
  const settings: Settings = {
    role,
    database: reader.optional('database') ?? (role === 'data_plane' ? 'off' : 'embedded'),
    prefix: resolve(reader.value('prefix')),
    nodeId: reader.optional('nodeId'),
    logLevel: reader.value('logLevel'),
    listen: {
      proxy: reader.value('proxyListen'),
      admin: reader.value('adminListen'),
      status: reader.value('statusListen'),
      cluster: reader.value('clusterListen'),
      telemetry: reader.value('clusterTelemetryListen'),
    },
    tunnel: tunnelSettings(reader),
    postgres: postgresSettings(reader),
    declarativeConfig: reader.optional('declarativeConfig'),
    dbUpdateFrequencySeconds: reader.value('dbUpdateFrequency'),
    upstreamPool: {
      size: reader.value('upstreamKeepalivePoolSize'),
      maxRequests: reader.value('upstreamKeepaliveMaxRequests'),
      idleTimeoutSeconds: reader.value('upstreamKeepaliveIdleTimeout'),
    },
    trustedIps: reader.value('trustedIps'),
    vaultPrefix: reader.value('vaultEnvPrefix'),
    drainSeconds: reader.value('drainSeconds'),
    certificates: {
      proxy: reader.keyPair('sslCert', 'sslCertKey'),
      admin: reader.keyPair('adminSslCert', 'adminSslCertKey'),
      status: reader.keyPair('statusSslCert', 'statusSslCertKey'),
    },
  };
  const problems = [...reader.problems, ...reader.problems.length === 0 ? roleProblems(settings, (key) => reader.isGiven(key)) : []];
  if (problems.length > 0) throw new SettingsError(problems);
  return { settings: deepFreeze(settings), warnings: [...unknownNames(environment), ...withoutEffect(environment), ...cautions(settings, now())] };
}

function tunnelSettings(reader: Reader): TunnelSettings {
  const texts = reader.tunnelTexts();
  return {
    mode: reader.value('clusterMtls'),
    ...readTunnelMaterial(texts, (read) => reader.material(read)),
    files: tunnelFiles(texts),
    allowedCommonNames: reader.value('clusterAllowedCommonNames'),
    trusted: reader.value('trustedCertificate').map((entry) => entry === 'system' ? entry : reader.trustedFile(entry)),
    controlPlanes: reader.value('clusterControlPlane'),
    serverName: reader.optional('clusterServerName'),
    telemetryEndpoint: reader.optional('clusterTelemetryEndpoint'),
    telemetryServerName: reader.optional('clusterTelemetryServerName'),
    labels: reader.value('clusterDpLabels'),
    maxPayloadBytes: reader.value('clusterMaxPayload'),
    purgeDelaySeconds: reader.value('clusterDataPlanePurgeDelay'),
  };
}

function postgresSettings(reader: Reader): PostgresSettings {
  return {
    host: reader.value('pgHost'),
    port: reader.value('pgPort'),
    database: reader.value('pgDatabase'),
    user: reader.value('pgUser'),
    password: reader.databasePassword(),
    passwordFile: reader.optional('pgPasswordFile'),
    schema: reader.optional('pgSchema'),
    ssl: reader.value('pgSsl'),
    sslVerify: reader.value('pgSslVerify'),
    timeoutMs: reader.value('pgTimeout'),
  };
}

/** Reads single settings and keeps what is wrong with them, so that all of it is told at once. */
class Reader {
  readonly problems: string[] = [];

  constructor(private readonly environment: Environment) {}

  isGiven(key: SettingKey): boolean {
    return this.text(key) !== undefined;
  }

  /** A setting that has a default. After a problem the value is not to be used; `readSettings` throws. */
  value<K extends SettingKey>(key: K): SettingValue<K> {
    return this.parse(key, this.text(key) ?? SETTINGS[key].default ?? '') as SettingValue<K>;
  }

  optional<K extends SettingKey>(key: K): SettingValue<K> | undefined {
    const text = this.text(key);
    return text === undefined ? undefined : this.parse(key, text);
  }

  keyPair(certificate: SettingKey, key: SettingKey): KeyPair | undefined {
    const pair = this.pairTexts(certificate, key);
    if (pair === undefined) return undefined;
    return this.material(() => readKeyPair({ name: SETTINGS[certificate].name, text: pair.certificate }, { name: SETTINGS[key].name, text: pair.key }));
  }

  tunnelTexts(): TunnelTexts {
    const given = { ...this.pairTexts('clusterCert', 'clusterCertKey'), accepted: this.text('clusterAcceptedCerts'), authorities: this.text('clusterCaCert'), revoked: this.text('clusterRevokedFile') };
    return Object.fromEntries(Object.entries(given).filter(([, text]) => text !== undefined));
  }

  private pairTexts(certificate: SettingKey, key: SettingKey): { readonly certificate: string; readonly key: string } | undefined {
    const [certificateText, keyText] = [this.text(certificate), this.text(key)];
    if (certificateText === undefined && keyText === undefined) return undefined;
    if (certificateText !== undefined && keyText !== undefined) return { certificate: certificateText, key: keyText };
    const [given, missing] = certificateText === undefined ? [key, certificate] : [certificate, key];
    this.problems.push(`${SETTINGS[missing].name} is missing: ${SETTINGS[given].name} is set, and a certificate and its key go together`);
    return undefined;
  }

  trustedFile(path: string): string {
    return this.material(() => readCertificates({ name: SETTINGS.trustedCertificate.name, text: path })) ?? '';
  }

  databasePassword(): Secret | undefined {
    const [password, file] = [this.text('pgPassword'), this.text('pgPasswordFile')];
    if (password !== undefined && file !== undefined) {
      this.problems.push(`${SETTINGS.pgPassword.name} and ${SETTINGS.pgPasswordFile.name} are both set: keep the file, or the password`);
    }
    if (file === undefined) return password === undefined ? undefined : new Secret(password);
    try {
      return new Secret(readFileSync(file, 'utf8').replace(/\r?\n$/, ''));
    } catch (error) {
      this.problems.push(`${SETTINGS.pgPasswordFile.name}: cannot read ${file}: ${messageOf(error)}`);
      return undefined;
    }
  }

  material<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof KeyMaterialProblem)) throw error;
      this.problems.push(error.message);
      return undefined;
    }
  }

  private parse<K extends SettingKey>(key: K, text: string): SettingValue<K> | undefined {
    const definition: SettingDefinition<unknown> = SETTINGS[key];
    const value = definition.kind.parse(text);
    if (value === undefined) {
      const shown = definition.secret ? 'its value' : `'${abbreviated(text)}'`;
      this.problems.push(`${definition.name}: ${shown} is not valid; expected ${definition.kind.expected}`);
    }
    return value as SettingValue<K> | undefined;
  }

  /** An empty variable counts as unset, as in Kong. `{vault://env/NAME}` is looked up in this environment. */
  private text(key: SettingKey): string | undefined {
    const { name } = SETTINGS[key];
    const given = this.environment[name]?.trim();
    if (given === undefined || given === '') return undefined;
    const reference = parseVaultReference(given);
    return reference ? this.fromVault(name, given, reference) : given;
  }

  private fromVault(name: string, given: string, reference: VaultReference): string | undefined {
    try {
      if (reference.vault !== 'env') throw new Error('settings can be read from the vault \'env\' only');
      return new EnvVault({ environment: this.environment, prefix: this.environment[SETTINGS.vaultEnvPrefix.name] ?? '' }).read(reference);
    } catch (error) {
      this.problems.push(`${name}: ${given} cannot be resolved: ${messageOf(error)}`);
      return undefined;
    }
  }
}

function unknownNames(environment: Environment): string[] {
  const known = [...Object.values(SETTINGS).map((definition) => definition.name), ...ACCEPTED_NAMES];
  return Object.keys(environment)
    .filter((name) => /^(KONG|HYBRIDGE)_/.test(name) && !known.includes(name) && !NOT_SETTINGS.test(name))
    .filter((name) => !ACCEPTED_PREFIXES.some((prefix) => name.startsWith(prefix)))
    .sort()
    .map((name) => {
      const nearest = nearestName(name, known);
      return `${name} is not a setting and has no effect${nearest ? `; did you mean ${nearest}?` : ''}`;
    });
}

/** What Kubernetes puts into every container of a namespace that has a Service of that name (`KONG_PROXY_PORT_80_TCP_ADDR`), and our tests. */
const NOT_SETTINGS = /_(SERVICE_(HOST|PORT)(_\w+)?|PORT|PORT_\d+_(TCP|UDP)(_(PROTO|PORT|ADDR))?)$|^HYBRIDGE_TEST_/;

function abbreviated(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !(value instanceof Secret)) {
    for (const nested of Object.values(value)) deepFreeze(nested);
    Object.freeze(value);
  }
  return value;
}

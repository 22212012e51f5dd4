import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { ENV } from '../../contract.ts';
import { temporaryFolder } from '../../test/setup/temporary-folder.ts';
import { createSelfSignedCertificate } from '../base/self-signed-certificate.ts';
import { adminListeners } from './admin-access.ts';
import { shownAddress } from './listeners.ts';
import { SettingsError, readSettings } from './read.ts';
import type { Environment } from './read.ts';
import { WORKING } from './table.ts';

let folder: string;
let pair: { certificate: string; key: string };
let otherKey: string;

beforeAll(async () => {
  folder = temporaryFolder('settings');
  pair = await keyPair('one');
  otherKey = (await keyPair('other')).key;
});
async function keyPair(name: string) {
  const paths = { certificate: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) };
  const pem = await createSelfSignedCertificate({ commonName: 'kong_clustering', days: 2 });
  writeFileSync(paths.certificate, pem.certificate);
  writeFileSync(paths.key, pem.key);
  return paths;
}

function problemsOf(environment: Environment): readonly string[] {
  try {
    readSettings(environment);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}

const tunnel = () => ({ KONG_CLUSTER_CERT: pair.certificate, KONG_CLUSTER_CERT_KEY: pair.key });

describe('defaults', () => {
  it('configure a gateway for a laptop', () => {
    const { settings, warnings } = readSettings({});
    expect(warnings).toEqual([]);
    expect(settings).toMatchObject({ role: 'traditional', database: 'embedded', logLevel: 'notice' });
    expect(settings.listen.admin).toMatchObject([{ host: '127.0.0.1', port: 8001, ssl: false }]);
    expect(settings.listen.proxy).toMatchObject([{ port: 8000, ssl: false, backlog: 16384 }, { port: 8443, ssl: true }]);
  });

  it('give a data plane no database', () => {
    expect(readSettings({ KONG_ROLE: 'data_plane', ...tunnel() }).settings.database).toBe('off');
  });

  it('cannot be changed afterwards', () => {
    const { settings } = readSettings({});
    expect(() => (settings.listen as { admin: unknown }).admin = []).toThrow(TypeError);
  });

  it('are valid values of their settings', () => {
    for (const { name, kind, default: fallback } of WORKING) {
      if (fallback !== undefined) expect(kind.parse(fallback), name).toBeDefined();
    }
  });
});

describe('invalid values', () => {
  const cases: readonly (readonly [string, Environment, string])[] = [
    ['role', { KONG_ROLE: 'dataplane' }, "KONG_ROLE: 'dataplane' is not valid; expected one of traditional, control_plane, data_plane"],
    ['listener', { KONG_PROXY_LISTEN: '0.0.0.0' }, "KONG_PROXY_LISTEN: '0.0.0.0' is not valid; expected off, or ip:port"],
    ['listener port', { KONG_PROXY_LISTEN: '0.0.0.0:70000' }, 'KONG_PROXY_LISTEN'],
    ['listener flag', { KONG_PROXY_LISTEN: '0.0.0.0:8000 tls' }, 'KONG_PROXY_LISTEN'],
    ['payload', { KONG_CLUSTER_MAX_PAYLOAD: '1000' },
      "KONG_CLUSTER_MAX_PAYLOAD: '1000' is not valid; expected a whole number, 4194304 or more"],
    ['switch', { KONG_PG_SSL: 'yes' }, "KONG_PG_SSL: 'yes' is not valid; expected on or off"],
    ['node id', { KONG_NODE_ID: '1' }, 'expected a UUID'],
    ['endpoint', { KONG_CLUSTER_CONTROL_PLANE: 'cp.example' }, "KONG_CLUSTER_CONTROL_PLANE: 'cp.example' is not valid; expected host:port"],
    ['label key', { KONG_CLUSTER_DP_LABELS: 'kong-site:a' }, 'KONG_CLUSTER_DP_LABELS'],
    ['too many labels', { KONG_CLUSTER_DP_LABELS: 'abcdefghijk'.split('').map((key) => `${key}:1`).join(',') }, 'up to 10 key:value pairs'],
    ['trusted address', { KONG_TRUSTED_IPS: 'localhost' }, 'KONG_TRUSTED_IPS'],
    ['vault', { KONG_PG_PASSWORD: '{vault://aws/pg}' }, "settings can be read from the vault 'env' only"],
    ['missing vault value', { KONG_PG_PASSWORD: '{vault://env/nothing}' },
      'KONG_PG_PASSWORD: {vault://env/nothing} cannot be resolved: the environment has no NOTHING'],
  ];
  it.each(cases)('refuses an invalid %s, naming setting, value and expectation', (_, environment, expected) => {
    expect(problemsOf(environment).join('\n')).toContain(expected);
  });

  it('reports all of them together', () => {
    expect(problemsOf({ KONG_ROLE: 'x', KONG_PG_SSL: 'x', KONG_DATABASE: 'cassandra' })).toHaveLength(3);
  });

  it('never shows a secret value', () => {
    const problems = problemsOf({ KONG_CLUSTER_CERT: pair.certificate, KONG_CLUSTER_CERT_KEY: '-----BEGIN PRIVATE KEY-----\nhunter2' });
    expect(problems).toHaveLength(1);
    expect(problems[0]).not.toContain('hunter2');
  });
});

describe('roles', () => {
  const cases: readonly (readonly [string, () => Environment, string])[] = [
    ['a control plane without database', () => ({ KONG_ROLE: 'control_plane', KONG_DATABASE: 'off', ...tunnel() }),
      'KONG_DATABASE: off does not go with'],
    ['a data plane with a database', () => ({ KONG_ROLE: 'data_plane', KONG_DATABASE: 'postgres', ...tunnel() }),
      'a data plane has no database'],
    ['tokens of IAM without TLS', () => ({ KONG_DATABASE: 'mysql', HYBRIDGE_MYSQL_IAM_AUTH: 'on' }),
      'HYBRIDGE_MYSQL_IAM_AUTH is on and HYBRIDGE_MYSQL_SSL is off: a token is sent over TLS only'],
    ['tokens of IAM to a server that is not verified', () => ({ KONG_PG_IAM_AUTH: 'on', KONG_PG_SSL: 'on' }),
      'KONG_PG_IAM_AUTH is on and KONG_PG_SSL_VERIFY is off'],
    ['tokens of IAM and a password',
      () => ({ HYBRIDGE_MYSQL_IAM_AUTH: 'on', HYBRIDGE_MYSQL_SSL: 'on', HYBRIDGE_MYSQL_PASSWORD: 'p' }),
      'HYBRIDGE_MYSQL_IAM_AUTH is on and HYBRIDGE_MYSQL_PASSWORD is set: keep one of them'],
    ['a plane without certificate', () => ({ KONG_ROLE: 'data_plane' }), 'KONG_CLUSTER_CERT and KONG_CLUSTER_CERT_KEY are missing'],
    ['a control plane without Admin API', () => ({ KONG_ROLE: 'control_plane', KONG_ADMIN_LISTEN: 'off', ...tunnel() }),
      'KONG_ADMIN_LISTEN'],
    ['a control plane without tunnel', () => ({ KONG_ROLE: 'control_plane', KONG_CLUSTER_LISTEN: 'off', ...tunnel() }),
      'KONG_CLUSTER_LISTEN'],
    ['a data plane without proxy', () => ({ KONG_ROLE: 'data_plane', KONG_PROXY_LISTEN: 'off', ...tunnel() }), 'KONG_PROXY_LISTEN'],
    ['pki without authority', () => ({ KONG_ROLE: 'control_plane', KONG_CLUSTER_MTLS: 'pki', ...tunnel() }),
      'KONG_CLUSTER_CA_CERT is missing'],
    ['pki_check_cn without names or a domain',
      () => ({ KONG_ROLE: 'control_plane', KONG_CLUSTER_MTLS: 'pki_check_cn', KONG_CLUSTER_CA_CERT: pair.certificate, ...tunnel() }),
      'KONG_CLUSTER_ALLOWED_COMMON_NAMES is missing'],
    ['common names that are not checked', () =>
      ({ KONG_ROLE: 'control_plane', KONG_CLUSTER_ALLOWED_COMMON_NAMES: 'a.example', ...tunnel() }),
    'applies only to KONG_CLUSTER_MTLS=pki_check_cn'],
    ['revocation of a shared certificate', () => ({ KONG_ROLE: 'control_plane', HYBRIDGE_CLUSTER_REVOKED_FILE: '/dev/null', ...tunnel() }),
      'a single node cannot be revoked; use pki'],
    ['a revocation list that does not exist', () =>
      ({ KONG_ROLE: 'control_plane', HYBRIDGE_CLUSTER_REVOKED_FILE: '/nowhere', ...tunnel() }),
    'cannot read the revocation list /nowhere: no such file'],
    ['accepted certificates in addition to an authority',
      () => ({ KONG_ROLE: 'data_plane', KONG_CLUSTER_MTLS: 'pki', HYBRIDGE_CLUSTER_ACCEPTED_CERTS: pair.certificate, ...tunnel() }),
      'put the old and the new authority into KONG_CLUSTER_CA_CERT'],
    ['labels on a control plane', () => ({ KONG_ROLE: 'control_plane', KONG_CLUSTER_DP_LABELS: 'a:b', ...tunnel() }),
      'only data planes have labels'],
  ];
  it.each(cases)('refuses %s', (_, environment, expected) => {
    expect(problemsOf(environment()).join('\n')).toContain(expected);
  });

  it.each([
    [{}, 'auto'],
    [{ KONG_NGINX_WORKER_PROCESSES: 'auto' }, 'auto'],
    [{ KONG_NGINX_WORKER_PROCESSES: '4' }, 4],
    [{ KONG_NGINX_MAIN_WORKER_PROCESSES: '3' }, 3],
    [{ KONG_NGINX_WORKER_PROCESSES: '4', KONG_NGINX_MAIN_WORKER_PROCESSES: '3' }, 3],
  ] as const)('takes the number of processes from %j', (environment, workers) => {
    expect(readSettings(environment).settings.workers).toBe(workers);
  });

  it.each(['0', '-1', '1.5', '257', 'all'])('refuses %s processes', (count) => {
    expect(() => readSettings({ KONG_NGINX_WORKER_PROCESSES: count })).toThrow(/expected auto, or a whole number between 1 and 256/);
  });

  it('accepts what the Helm chart sets on a control plane', () => {
    const { settings } = readSettings({
      KONG_ROLE: 'control_plane', KONG_DATABASE: 'postgres', ...tunnel(),
      KONG_CLUSTER_LISTEN: '0.0.0.0:8005 ssl, [::]:8005 ssl', KONG_ADMIN_LISTEN: '127.0.0.1:8444 http2 ssl, [::1]:8444 http2 ssl',
      KONG_PROXY_LISTEN: '0.0.0.0:8000, [::]:8000, 0.0.0.0:8443 http2 ssl, [::]:8443 http2 ssl', KONG_STREAM_LISTEN: 'off', KONG_KIC: 'on',
      KONG_NGINX_WORKER_PROCESSES: '2', KONG_PORTAL_API_ACCESS_LOG: '/dev/stdout',
    });
    expect(settings.listen.cluster).toMatchObject([{ host: '0.0.0.0', ssl: true }, { host: '::', port: 8005 }]);
  });
});

describe('certificates', () => {
  it('may be a path, PEM, or base64 of PEM', () => {
    const pem = (path: string) => readFileSync(path, 'utf8');
    const base64 = (path: string) => Buffer.from(pem(path)).toString('base64');
    for (const form of [(path: string) => path, pem, base64]) {
      const { settings } = readSettings({
        KONG_ROLE: 'data_plane', KONG_CLUSTER_CERT: form(pair.certificate),
        KONG_CLUSTER_CERT_KEY: form(pair.key),
      });
      expect(settings.tunnel.identity?.certificate.trim()).toBe(pem(pair.certificate).trim());
      expect(inspect(settings, { depth: 9 }) + JSON.stringify(settings)).not.toContain('PRIVATE KEY');
    }
  });

  it('refuses a key of another certificate', () => {
    expect(problemsOf({ KONG_ROLE: 'data_plane', KONG_CLUSTER_CERT: pair.certificate, KONG_CLUSTER_CERT_KEY: otherKey }))
      .toEqual([expect.stringContaining('KONG_CLUSTER_CERT_KEY is not the key of the certificate in KONG_CLUSTER_CERT '
        + '(CN=kong_clustering')]);
  });

  it('reports which file cannot be read, and why', () => {
    expect(problemsOf({ ...tunnel(), KONG_CLUSTER_CERT: join(folder, 'none.crt') }))
      .toEqual([`KONG_CLUSTER_CERT: cannot read the certificate ${join(folder, 'none.crt')}: no such file`]);
  });

  it.skipIf(process.getuid?.() === 0)('says when a file is not permitted (skipped as root, who may read everything)', () => {
    const locked = join(folder, 'locked.key');
    writeFileSync(locked, 'x');
    chmodSync(locked, 0);
    expect(problemsOf({ ...tunnel(), KONG_CLUSTER_CERT_KEY: locked })[0]).toContain('not permitted');
  });

  it('refuses a file that contains something else', () => {
    const other = join(folder, 'other.txt');
    writeFileSync(other, 'hello');
    expect(problemsOf({ ...tunnel(), KONG_CLUSTER_CERT: other })[0]).toContain(`${other} holds no certificate in PEM form`);
  });

  it('refuses a certificate without its key', () => {
    expect(problemsOf({ KONG_CLUSTER_CERT: pair.certificate })[0]).toContain('KONG_CLUSTER_CERT_KEY is missing');
  });

  it('warns about a certificate that has expired', () => {
    const inAYear = Date.now() + 365 * 86_400_000;
    expect(readSettings({ KONG_ROLE: 'data_plane', ...tunnel() }, () => inAYear).warnings[0]).toContain('the certificate expired on');
  });
});

describe('unknown names', () => {
  it.each([
    ['KONG_PROXY_LISTN', 'did you mean KONG_PROXY_LISTEN?'],
    ['KONG_CLUSTER_CERT_KYE', 'did you mean KONG_CLUSTER_CERT_KEY?'],
    ['KONG_DATABSE', 'did you mean KONG_DATABASE?'],
    ['HYBRIDGE_DRAIN_SECOND', 'did you mean HYBRIDGE_DRAIN_SECONDS?'],
    ['KONG_SOMETHING_QUITE_ELSE', 'is not a setting and has no effect'],
  ])('warns about %s', (name, expected) => {
    expect(readSettings({ [name]: 'x' }).warnings).toEqual([expect.stringContaining(expected)]);
  });

  it('gives no warning about silent values of Kong\'s settings, and about what Kubernetes adds for Services', () => {
    expect(readSettings({
      KONG_VITALS: 'off', KONG_NGINX_HTTP_CHARSET: 'UTF-8', KONG_PROXY_SERVICE_HOST: '10.0.0.1', KONG_PROXY_PORT_80_TCP_ADDR: '10.0.0.1',
      KONG_ADMIN_PORT: 'tcp://10.0.0.1:80',
    }).warnings).toEqual([]);
  });
});

describe('an Admin API that others could reach', () => {
  const read = (environment: Readonly<Record<string, string>>) => {
    const { settings, warnings } = readSettings({ KONG_ADMIN_LISTEN: '0.0.0.0:8001, [::]:8001, 10.0.0.5:8001', ...environment });
    return { addresses: adminListeners(settings).map(shownAddress), warnings };
  };

  it('listens on the loopback address instead, and says what to do', () => {
    const { addresses, warnings } = read({});
    expect(addresses).toEqual(['127.0.0.1:8001', '[::1]:8001']);
    expect(warnings).toEqual(['0.0.0.0:8001', '[::]:8001', '10.0.0.5:8001'].map((address) => expect.stringContaining(
      `instead of ${address}, because nothing limits who uses it. Set HYBRIDGE_ADMIN_TOKEN, or HYBRIDGE_ADMIN_INSECURE=on`)));
  });

  it('listens there with a token', () => {
    expect(read({ HYBRIDGE_ADMIN_TOKEN: 'a-token-of-this-test' })).toEqual({
      addresses: ['0.0.0.0:8001', '[::]:8001', '10.0.0.5:8001'], warnings: [],
    });
  });

  it('listens there where everyone is let in aloud, with a warning', () => {
    const { addresses, warnings } = read({ HYBRIDGE_ADMIN_INSECURE: 'on' });
    expect(addresses).toEqual(['0.0.0.0:8001', '[::]:8001', '10.0.0.5:8001']);
    expect(warnings).toEqual(Array(3).fill(expect.stringContaining('has no authentication')));
  });

  it.each(['short', 'a token with blanks', 'x'.repeat(1_025)])('takes no token that is short, or that no header carries: %s', (token) => {
    expect(() => readSettings({ HYBRIDGE_ADMIN_TOKEN: token })).toThrow(/^HYBRIDGE_ADMIN_TOKEN: .*expected 16 to 1024 visible/);
  });

  it('shows no token', () => {
    const { settings } = readSettings({ HYBRIDGE_ADMIN_TOKEN: 'a-token-of-this-test' });
    expect(JSON.stringify(settings)).not.toContain('a-token');
    expect(() => readSettings({ HYBRIDGE_ADMIN_TOKEN: 'a-token ' })).toThrow(expect.not.stringContaining('a-token '));
  });
});

describe('flags of listeners', () => {
  it('take http2 with TLS and without, and say nothing of it', () => {
    const { settings, warnings } = readSettings({ KONG_PROXY_LISTEN: '0.0.0.0:8000 http2, [::]:8443 http2 ssl, 0.0.0.0:8444 ssl' });
    expect(settings.listen.proxy.map(({ ssl, http2 }) => [ssl, http2])).toEqual([[false, true], [true, true], [true, false]]);
    expect(warnings).toEqual([]);
  });

  it.each(['KONG_ADMIN_LISTEN', 'KONG_STATUS_LISTEN'])('refuses proxy_protocol in %s, which would break every request',
    (name) => {
      expect(problemsOf({ [name]: '127.0.0.1:8000 proxy_protocol' })).toEqual([expect.stringContaining(`${name}: proxy_protocol is not `
        + 'supported')]);
    });

  it('do not name http2 or addresses of IPv6 by default', () => {
    const { settings, warnings } = readSettings({});
    expect(warnings).toEqual([]);
    expect(Object.values(settings.listen).flat().filter(({ host, http2 }) => http2 || host.includes(':'))).toEqual([]);
  });
});

it('reads every name that the constructs set', () => {
  const names = WORKING.map(({ name }) => name);
  expect(Object.values(ENV).filter((name) => !names.includes(name))).toEqual([]);
});

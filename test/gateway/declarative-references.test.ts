/** References of declarative configurations, held against what each data plane mounts. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { CognitoIdentity, EcsTarget, EksTarget, GatewayEngine, KongEdition, PlaneSecret, ValkeyCache } from '../../src';
import type { CloudCluster, GatewayControlPlane, GatewayDataPlaneOptions } from '../../src';
import { testCluster, testControlPlane, testStack } from './sample';

const CONSUMER_ID = '6a1d3e64-1f0a-4b6e-9d8e-2d8a5a3c1b11';
const keyed = (key: string) => ({
  _format_version: '3.0',
  consumers: [{ username: 'partner', keyauth_credentials: [{ id: CONSUMER_ID, key }] }],
});
/** A configuration of a plugin that Kong has: every reference in it counts. */
const limited = (password: string) => ({
  _format_version: '3.0', plugins: [{ name: 'rate-limiting', config: { minute: 5, policy: 'redis', redis: { host: 'h', password } } }],
});

interface Parts {
  readonly cloud: Stack;
  readonly cluster: CloudCluster;
  readonly controlPlane: GatewayControlPlane;
}

function parts(engine: (stack: Stack) => GatewayEngine = () => GatewayEngine.packaged()): Parts {
  const cloud = testStack();
  const cluster = testCluster(cloud);
  return { cloud, cluster, controlPlane: testControlPlane(cloud, { target: EksTarget.cluster(cluster), engine: engine(cloud) }) };
}

const named = ({ cloud }: Parts, name: string, field?: string) =>
  PlaneSecret.fromSecretsManager(Secret.fromSecretNameV2(cloud, `Given${cloud.node.children.length}`, name), { field });

/** Adds a data plane that has these secrets. */
function add(given: Parts, id: string, names: readonly string[], options: Partial<GatewayDataPlaneOptions> = {}) {
  const secrets = Object.fromEntries(names.map((name) => [name, named(given, `acme/${name}`)]));
  given.controlPlane.addDataPlane(id, { target: EksTarget.cluster(given.cluster), secrets, ...options });
}

const synth = ({ cloud }: Parts) => (cloud.node.root as App).synth();

const community = () => GatewayEngine.kongHelm({ chartVersion: '3.4.1' });
const enterprise = (stack: Stack) => GatewayEngine.kongHelm({
  chartVersion: '3.4.1',
  edition: KongEdition.ENTERPRISE,
  gatewayVersion: '3.10.0.1',
  licence: Secret.fromSecretNameV2(stack, 'Licence', 'kong/licence'),
});

describe('a reference is accepted', () => {
  it.each([
    ['by the name of a secret', '{vault://env/partner-key}'],
    ['in the form of the variable', '{vault://env/PARTNER_KEY}'],
    ['with a field of a whole secret', '{vault://env/partner-key/value}'],
  ])('%s', (_, key) => {
    const given = parts();
    given.controlPlane.addDeclarativeConfig('Apis', { inline: keyed(key) });
    // The planes come after the configuration.
    add(given, 'One', ['partner-key']);
    add(given, 'Two', ['partner-key', 'other'], { target: EcsTarget.fargate(given.cluster.vpc) });
    synth(given);
  });

  it('to what an integration brings', () => {
    const given = parts();
    const cache = new ValkeyCache(given.cloud, 'Cache', { vpc: given.cluster.vpc });
    add(given, 'One', [], { cache });
    given.controlPlane.addDeclarativeConfig('Apis', { inline: keyed('{vault://env/cache-password}') });
    synth(given);
  });

  it('with the prefix that the settings of the plane say', () => {
    const given = parts();
    add(given, 'One', ['app-partner-key'], { settings: { KONG_VAULT_ENV_PREFIX: 'APP_' } });
    given.controlPlane.addDeclarativeConfig('Apis', { inline: keyed('{vault://env/partner-key}') });
    synth(given);
  });

  it('in the plugins of Kong, to a vault that settings configure', () => {
    const given = parts(community);
    add(given, 'One', ['redis']);
    given.controlPlane.addDeclarativeConfig('Apis', { inline: limited('{vault://env/redis/password}') });
    synth(given);
    const other = parts(enterprise);
    add(other, 'One', [], { settings: { KONG_VAULT_AWS_REGION: 'eu-central-1' } });
    other.controlPlane.addDeclarativeConfig('Apis', { inline: limited('{vault://aws/redis/password}') });
    synth(other);
  });
});

describe('a reference is refused', () => {
  it('with file, line and path, the planes that lack it, what they have, and the nearest name', () => {
    const folder = mkdtempSync(join(tmpdir(), 'declarative-'));
    const file = join(folder, 'apis.yaml');
    writeFileSync(file, `_format_version: "3.0"
consumers:
- username: partner
  keyauth_credentials:
  - id: ${CONSUMER_ID}
    key: "{vault://env/partner-kye}"
`);
    const given = parts();
    given.controlPlane.addDeclarativeConfig('Apis', { file });
    rmSync(folder, { recursive: true });
    add(given, 'One', ['partner-key', 'signing']);
    add(given, 'Two', ['partner-key', 'signing']);
    add(given, 'Three', ['partner-kye']);
    expect(() => synth(given)).toThrow(
      `[Cloud/ControlPlane] Apis: ${file}:6: consumers[0].keyauth_credentials[0].key: got {vault://env/partner-kye}, which the data planes `
        + 'one, two cannot resolve: no secret of this name is mounted there (mounted: partner-key, signing), expected one on every data '
        + 'plane of this control plane: write {vault://env/partner-key}, if that was meant, or add secrets: '
        + "{ 'partner-kye': PlaneSecret.fromSecretsManager(...) }",
    );
  });

  it.each<[string, string, (given: Parts) => void, string]>([
    [
      'that no plane has', '{vault://env/partner-key}', (given) => add(given, 'One', []),
      'no secret of this name is mounted there (none is)',
    ],
    [
      'that one of two planes lacks', '{vault://env/partner-key}',
      (given) => {
        add(given, 'One', ['partner-key']);
        add(given, 'Two', []);
      },
      'which the data plane two cannot resolve',
    ],
    [
      'to a field of a field', '{vault://env/partner-key/apiKey}',
      (given) => add(given, 'One', [], { secrets: { 'partner-key': named(given, 'a', 'apiKey') } }),
      "'partner-key' is text there, without a field 'apiKey', expected {vault://env/partner-key}: leave the field out, or give the plane "
        + 'the whole secret, without `field`',
    ],
    [
      'to what an integration would bring', '{vault://env/cache-password}', (given) => add(given, 'One', []),
      "add `cache`, or secrets: { 'cache-password': PlaneSecret.fromSecretsManager(...) }",
    ],
    [
      'to a field of a text', '{vault://env/identity-client-secret/x}',
      (given) => add(given, 'One', [], { identity: new CognitoIdentity(given.cloud, 'Identity'), hostname: 'apis.acme.example' }),
      "'identity-client-secret' is text there, without a field 'x', expected {vault://env/identity-client-secret}: leave the field out",
    ],
    ['to the key of the tunnel', '{vault://env/kong-cluster-cert-key}', (given) => add(given, 'One', []), 'no secret of this name'],
    [
      'to the key of the tunnel on ECS, where it is a variable', '{vault://env/kong-cluster-cert-key}',
      (given) => add(given, 'One', [], { target: EcsTarget.fargate(given.cluster.vpc) }), 'no secret of this name',
    ],
    ['to a variable of the image', '{vault://env/path}', (given) => add(given, 'One', []), 'no secret of this name'],
    [
      'to a vault that the data plane does not read', '{vault://aws/partner-key}', (given) => add(given, 'One', ['partner-key']),
      "expected settings: { KONG_VAULTS: 'bundled,aws' }, or {vault://env/<name>}: mount the secret by `secrets`",
    ],
    [
      'to a vault that the packaged gateway does not have', '{vault://gcp/partner-key}', (given) => add(given, 'One', ['partner-key']),
      "the packaged gateway has no vault 'gcp' by itself, expected env, aws or hcv",
    ],
    [
      'with a version', '{vault://env/partner-key#2}', (given) => add(given, 'One', ['partner-key']),
      "the vault 'env' has no versions, expected {vault://env/partner-key}: remove what follows #",
    ],
    [
      'with a prefix that leads elsewhere', '{vault://env/partner-key?prefix=a-}', (given) => add(given, 'One', ['partner-key']),
      "secrets: { 'a-partner-key': PlaneSecret.fromSecretsManager(...) }",
    ],
    [
      'by its own name where settings put a prefix before it', '{vault://env/partner-key}',
      (given) => add(given, 'One', ['partner-key'], { settings: { KONG_VAULT_ENV_PREFIX: 'APP_' } }),
      "secrets: { 'app-partner-key': PlaneSecret.fromSecretsManager(...) }",
    ],
  ])('%s', (_, key, prepare, message) => {
    const given = parts();
    prepare(given);
    given.controlPlane.addDeclarativeConfig('Apis', { inline: keyed(key) });
    expect(() => synth(given)).toThrow(message);
    expect(() => synth(given)).toThrow('[Cloud/ControlPlane] Apis: inline: consumers[0].keyauth_credentials[0].key: got {vault://');
  });

  it.each<Record<string, string>>([
    { KONG_VAULTS: 'bundled,aws' }, { HYBRIDGE_COMPATIBILITY: 'full' },
  ])('not where the settings %j give the vault', (settings) => {
    const given = parts();
    add(given, 'One', [], { settings });
    given.controlPlane.addDeclarativeConfig('Apis', { inline: keyed('{vault://aws/partners/acme/api-key}') });
    synth(given);
  });

  it('in the configuration that a cache gives for plugins, where one plane has another cache or none', () => {
    const given = parts(community);
    const cache = new ValkeyCache(given.cloud, 'Cache', { vpc: given.cluster.vpc });
    add(given, 'One', [], { cache });
    given.controlPlane.addDeclarativeConfig('Apis', {
      inline: {
        _format_version: '3.0',
        plugins: [{ name: 'rate-limiting', config: { minute: 5, policy: 'redis', redis: cache.redisConfig() } }],
      },
    });
    synth(given);
    const other = parts(community);
    const its = new ValkeyCache(other.cloud, 'Cache', { vpc: other.cluster.vpc });
    add(other, 'One', [], { cache: its });
    add(other, 'Two', ['something']);
    other.controlPlane.addDeclarativeConfig('Apis', {
      inline: {
        _format_version: '3.0',
        plugins: [{ name: 'rate-limiting', config: { minute: 5, policy: 'redis', redis: its.redisConfig() } }],
      },
    });
    expect(() => synth(other)).toThrow(
      'plugins[0].config.redis.password: got {vault://env/cache-password}, which the data plane two cannot resolve: no secret of this '
        + 'name is mounted there (mounted: something), expected one on every data plane of this control plane: add `cache`, or secrets: { ',
    );
  });

  it("in the plugins of Kong's community edition, to any vault but env", () => {
    const given = parts(community);
    add(given, 'One', []);
    given.controlPlane.addDeclarativeConfig('Apis', { inline: limited('{vault://hcv/redis/password}') });
    expect(() => synth(given)).toThrow("Kong's community edition has the vault 'env' only");
  });

  it("in the plugins of Kong's enterprise edition, to a vault without settings", () => {
    const given = parts(enterprise);
    add(given, 'One', [], { settings: { KONG_VAULT_HCV_HOST: 'vault.acme.example' } });
    given.controlPlane.addDeclarativeConfig('Apis', { inline: limited('{vault://aws/redis/password}') });
    expect(() => synth(given)).toThrow("nothing configures the vault 'aws' there, expected settings KONG_VAULT_AWS_*");
  });

  it('in each configuration, all at once', () => {
    const given = parts();
    add(given, 'One', []);
    for (const id of ['First', 'Second']) {
      given.controlPlane.addDeclarativeConfig(id, {
        inline: keyed(`{vault://env/${id}}`),
      });
    }
    expect(() => synth(given)).toThrow(/First: inline: [^]*Second: inline: /);
  });
});

it('is left to data planes of other apps with a warning, where this one has none', () => {
  const given = parts();
  given.controlPlane.addDeclarativeConfig('Apis', { inline: keyed('{vault://env/partner-key}') });
  Annotations.fromStack(given.cloud).hasWarning('/Cloud/ControlPlane', Match.stringLikeRegexp(
    'refer to \\{vault://env/partner-key\\}, and no data plane of this app is there to check them',
  ));
});

it('is no matter for a configuration without references, or with a vault that Kong is given through the Admin API', () => {
  const none = parts();
  none.controlPlane.addDeclarativeConfig('Apis', { inline: { _format_version: '3.0' } });
  Annotations.fromStack(none.cloud).hasNoWarning('*', Match.stringLikeRegexp('no data plane of this app'));
  const given = parts(community);
  add(given, 'One', []);
  given.controlPlane.addDeclarativeConfig('Apis', { inline: limited('{vault://team-vault/redis/password}') });
  Annotations.fromStack(given.cloud).hasWarning('/Cloud/ControlPlane', Match.stringLikeRegexp("this app makes no vault 'team-vault'"));
});

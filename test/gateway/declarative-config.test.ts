import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CfnResource, Token } from 'aws-cdk-lib';
import type { Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { GatewayEngine } from '../../src';
import type { DeclarativeConfigOptions } from '../../src';
import { only, testControlPlane, testStack, writtenManifests } from './sample';

const HTTPBIN = {
  _format_version: '3.0',
  services: [
    {
      name: 'httpbin',
      url: 'http://httpbin.test:8080',
      routes: [{ name: 'httpbin', paths: ['/httpbin'], plugins: [{ name: 'key-auth' }] }],
    },
  ],
};

function file(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'declarative-')), 'apis.yaml');
  writeFileSync(path, text);
  return path;
}

function applied(options: DeclarativeConfigOptions, engine = GatewayEngine.packaged()) {
  const stack = testStack();
  testControlPlane(stack, { engine }).addDeclarativeConfig('Apis', options);
  return { stack, manifests: writtenManifests(stack, 'control-plane') };
}

function job(options: DeclarativeConfigOptions) {
  const found = applied(options).manifests.filter(({ kind, metadata }) => kind === 'Job' && metadata.name.includes('-config-'));
  expect(found).toHaveLength(1);
  return found[0];
}

describe('a declarative configuration', () => {
  const { stack, manifests } = applied({ inline: HTTPBIN, waitSeconds: 60 });
  const [, applying] = manifests.filter(({ kind }) => kind === 'Job');
  const { containers: [container], volumes } = applying.spec.template.spec;

  it('is applied by a Job with the client of the packaged image, and nothing of the plane\'s secrets', () => {
    expect(container.command).toEqual([
      'node',
      'apply-configuration.mjs',
      '--file',
      '/etc/hybridge/configuration/configuration.json',
      '--admin',
      'http://control-plane-admin:8001',
      '--tag',
      'hybridge-apis',
      '--wait',
      '60',
    ]);
    expect(container.env).toEqual([]);
    expect(volumes.filter(({ csi, secret }: any) => csi ?? secret)).toEqual([]);
    expect(applying.spec.activeDeadlineSeconds).toBeGreaterThan(60);
  });

  it('reaches the Job as entities in writing order', () => {
    const { configMap } = volumes.find(({ configMap: map }: any) => map);
    const { entities } = JSON.parse(only(manifests, 'ConfigMap', configMap.name).data!['configuration.json']);
    expect(entities.map(({ type, key }: any) => (type === 'plugins' ? type : `${type} ${key}`))).toEqual([
      'services httpbin',
      'routes httpbin',
      'plugins',
    ]);
  });

  it('lets the Job talk to the Admin API and to names only', () => {
    const { spec } = only(manifests, 'NetworkPolicy', 'control-plane-config-apis');
    expect(applying.spec.template.metadata.labels).toMatchObject({ ...spec.podSelector.matchLabels, 'hybridge/admin-client': 'true' });
    expect(spec.ingress).toEqual([]);
    expect(spec.egress.flatMap(({ ports }: any) => ports.map(({ port }: any) => port))).toEqual([53, 53, 8001]);
  });

  it('comes after the nodes, and the deployment waits for it', () => {
    const template = Template.fromStack(stack);
    const manifestOf = (text: string) =>
      Object.entries<any>(template.findResources('Custom::AWSCDK-EKS-KubernetesResource')).find(([, { Properties }]) =>
        JSON.stringify(Properties.Manifest).includes(text),
      )!;
    const [deployment] = manifestOf('"kind\\":\\"Deployment');
    const [id, { DependsOn }] = manifestOf('apply-configuration.mjs');
    expect(DependsOn).toContain(deployment);
    const [wait] = Object.values<any>(
      template.findResources('Custom::AWSCDK-EKS-KubernetesObjectValue', { Properties: { ObjectName: applying.metadata.name } }),
    );
    expect(wait.Properties.JsonPath).toBe('.status.succeeded');
    expect(wait.DependsOn).toContain(id);
  });
});

it('is a new Job when it changes, and the same one when it does not', () => {
  const names = [HTTPBIN, HTTPBIN, { _format_version: '3.0' }].map((inline) => job({ inline }).metadata.name);
  expect(names[1]).toBe(names[0]);
  expect(names[2]).not.toBe(names[0]);
  expect(job({ file: file(JSON.stringify(HTTPBIN)) }).metadata.name).toBe(names[0]);
});

it('is applied to Kong with the same client', () => {
  const { manifests } = applied(
    { inline: { _format_version: '3.0', plugins: [{ name: 'rate-limiting', config: { minute: 5 } }] } },
    GatewayEngine.kongHelm({ chartVersion: '3.4.1' }),
  );
  expect(only(manifests, 'Job').spec.template.spec.containers[0].image).toMatch(/dkr\.ecr/);
  const { podSelector } = only(manifests, 'NetworkPolicy', 'control-plane-migrations').spec;
  expect(podSelector.matchExpressions).toEqual([
    { key: 'app.kubernetes.io/component', operator: 'NotIn', values: ['app', 'configuration'] },
  ]);
});

describe('is refused at synth', () => {
  it('with the line of each error', () => {
    const path = file(
      '_format_version: "3.0"\nservices:\n- name: a\n  host: a.test\n  port: 99999\n  routes:\n  - name: r\n    paths: [r]\n',
    );
    expect(() => applied({ file: path })).toThrow(
      `file: got 2 errors, expected a configuration that the gateway accepts:\n  ${path}:5: services[0].port: value `
        + `should be between 0 and 65535\n  ${path}:8: services[0].routes[0].paths[0]: should start with`,
    );
  });

  it.each<[DeclarativeConfigOptions, string]>([
    [{}, 'file: got neither file nor inline, expected one of the two'],
    [{ file: 'a.yaml', inline: HTTPBIN }, 'file: got inline as well, expected one of the two'],
    [{ file: '/nowhere/apis.yaml' }, 'file: cannot read "/nowhere/apis.yaml"'],
    [{ inline: HTTPBIN, waitSeconds: 0 }, 'waitSeconds: got 0, expected a whole number of seconds, 1 to 300'],
    [
      {
        inline: {
          _format_version: '3.0',
          consumers: [{ username: 'a', keyauth_credentials: [{ id: '6a1d3e64-1f0a-4b6e-9d8e-2d8a5a3c1b11', key: 'opensesame' }] }],
        },
      },
      'consumers[0].keyauth_credentials[0].key: got a secret in plain text',
    ],
    [
      {
        inline: { _format_version: '3.0', services: Array.from({ length: 2000 }, (_, at) => ({ name: `service-${at}`, host: 'a.test' })) },
      },
      'expected at most 100000: split it',
    ],
    [
      {
        inline: {
          _format_version: '3.0',
          services: Array.from({ length: 300 }, (_, at) => ({ name: `service-${at}`, host: 'a.test', tags: ['道'.repeat(100)] })),
        },
      },
      'bytes, expected at most 100000: split it',
    ],
  ])('%#', (options, message) => {
    expect(() => applied(options)).toThrow(message);
  });

  it('with a plugin that the edition of Kong does not have', () => {
    const inline = { _format_version: '3.0', services: [{ name: 'a', host: 'a.test', plugins: [{ name: 'openid-connect', config: {} }] }] };
    expect(() => applied({ inline }, GatewayEngine.kongHelm({ chartVersion: '3.4.1' }))).toThrow(
      "inline: services[0].plugins[0]: got the plugin openid-connect, which Kong's community edition does not have",
    );
  });

  it('with an id that no Job can be named after', () => {
    const controlPlane = testControlPlane(testStack());
    expect(() => controlPlane.addDeclarativeConfig('an-id-that-is-very-long-and-does-not-fit', { inline: HTTPBIN })).toThrow(
      'id: got "an-id-that-is-very-long-and-does-not-fit", expected 1 to 33',
    );
  });
});

describe('a plugin that data planes of the packaged gateway do not run', () => {
  const limited = (enabled: boolean) => ({
    _format_version: '3.0',
    plugins: [{ name: 'key-auth' }, ...['a', 'b'].map((name) => ({
      name: 'ldap-auth', instance_name: name, enabled,
      config: { ldap_host: 'ldap.test', base_dn: 'dc=test', attribute: 'cn' }, ...name === 'b' && { service: 'httpbin' },
    }))],
    services: [{ name: 'httpbin', host: 'httpbin.test' }],
  });
  const warningsOf = (inline: object, engine = GatewayEngine.packaged()) => (
    Annotations.fromStack(applied({ inline }, engine).stack).findWarning('*', Match.stringLikeRegexp('do not run the plugin'))
      .map(({ entry }) => entry.data as string));

  it('is warned of, once, with its place and what happens', () => {
    expect(warningsOf(limited(true))).toEqual([
      'inline: plugins[1]: data planes of the packaged gateway of this version do not run the plugin ldap-auth: they answer requests '
      + 'that it would see with status 500; set `enabled: false`, or use GatewayEngine.kongHelm() (docs/reference/gateway.md) '
      + '[ack: cdk-hybridge:declarativeConfig.plugin.ldap-auth]',
    ]);
  });

  it('is not warned of where it is disabled, nor where Kong runs it', () => {
    expect(warningsOf(limited(false))).toEqual([]);
    expect(warningsOf(limited(true), GatewayEngine.kongHelm({ chartVersion: '3.4.1' }))).toEqual([]);
  });
});

describe('values that are known at deployment only', () => {
  const config = (inline: (stack: Stack) => object) => {
    const stack = testStack();
    testControlPlane(stack).addDeclarativeConfig('Apis', { inline: { _format_version: '3.0', ...inline(stack) } });
    const manifests = Template.fromStack(stack).findResources('Custom::AWSCDK-EKS-KubernetesResource');
    const [parts] = Object.values<any>(manifests).map(({ Properties }) => Properties.Manifest['Fn::Join']?.[1])
      .filter((each) => JSON.stringify(each ?? '').includes('configuration.json'));
    return parts.map((part: unknown) => typeof part === 'string' ? part.replace(/\\+"/g, '"') : part);
  };
  const attribute = (stack: Stack) => new CfnResource(stack, 'Other', { type: 'Custom::Other' }).getAtt('Value');
  const GET_ATT = { 'Fn::GetAtt': ['Other', 'Value'] };

  it.each<[string, (stack: Stack) => object, string, string]>([
    ['a host', (stack) => ({ services: [{ name: 'a', host: Token.asString(attribute(stack)) }] }), '"host":"', '"'],
    ['a part of a URL', (stack) => ({ services: [{ name: 'a', url: `https://${Token.asString(attribute(stack))}/x` }] }),
      '"url":"https://', '/x"'],
    ['a URL', (stack) => ({ services: [{ name: 'a', url: `${Token.asString(attribute(stack))}x` }] }), '"url":"', 'x"'],
    ['a port', (stack) => ({ services: [{ name: 'a', host: 'a.test', port: Token.asNumber(attribute(stack)) }] }), '"port":', '}'],
    ['where a field is kept secret', (stack) => ({
      plugins: [{ name: 'http-log', config: { http_endpoint: `${Token.asString(attribute(stack))}logs` } }],
    }), '"http_endpoint":"', 'logs"'],
  ])('are deployed in the place of %s', (_what, inline, before, after) => {
    const parts = config(inline);
    const isValue = (part: unknown, index: number) => (
      JSON.stringify(part) === JSON.stringify(GET_ATT) && String(parts[index - 1]).endsWith(before));
    const at = parts.findIndex(isValue);
    expect(at).toBeGreaterThan(0);
    expect(parts[at + 1].startsWith(after)).toBe(true);
    expect(JSON.stringify(parts)).not.toContain('known-at-deployment');
  });

  it.each<[string, (stack: Stack) => object, string]>([
    ['the value of a secret', (stack) => ({
      services: [{ name: 'a', host: Secret.fromSecretNameV2(stack, 'S', 's').secretValue.unsafeUnwrap() }],
    }), 'inline: services[0].host: got the value of a secret, expected a reference such as {vault://env/name}'],
    ['a password', (stack) => ({
      plugins: [{
        name: 'rate-limiting',
        config: { minute: 5, policy: 'redis', redis: { host: 'a.test', password: Token.asString(attribute(stack)) } },
      }],
    }), 'plugins[0].config.redis.password: got a secret in plain text'],
    ['a list', (stack) => ({ services: [{ name: 'a', host: 'a.test', tags: Token.asList(attribute(stack)) }] }),
      'inline: services[0].tags[0]: got a list that is known at deployment only'],
    ['what no host and no URL fits', (stack) => ({ services: [{ name: 'a', host: 'a.test', protocol: Token.asString(attribute(stack)) }] }),
      'services[0].protocol: expected one of'],
  ])('are refused for %s', (_what, inline, message) => {
    expect(() => config(inline)).toThrow(message);
  });
});

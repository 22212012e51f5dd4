import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { parse } from 'yaml';
import { CognitoIdentity, DockerTarget, OpenSearchLogs } from '../../src';
import type { DockerTargetOptions, GatewayDataPlaneOptions } from '../../src';
import { testControlPlane, testStack, topologyEntry } from './sample';

const imageRepository = 'registry.acme.example/hybridge';

function laptop(options: Partial<DockerTargetOptions> = {}, plane: Partial<GatewayDataPlaneOptions> = {}) {
  const cloud = testStack();
  testControlPlane(cloud).addDataPlane('Laptop', { target: DockerTarget.compose({ imageRepository, ...options }), ...plane });
  return cloud;
}

const cloud = testStack();
testControlPlane(cloud).addDataPlane('Laptop', {
  target: DockerTarget.compose({ imageRepository }),
  identity: new CognitoIdentity(cloud, 'Identity', { callbackUrls: ['http://localhost:8000/oidc/callback'] }),
  labels: { site: 'laptop' },
});
const { directory } = (cloud.node.root as App).synth();
const written = (file: string) => readFileSync(join(directory, 'hybridge', 'laptop', file), 'utf8');
const compose = parse(written('compose.yaml'));
const { gateway } = compose.services;

it('has the settings of any plane, split by when they are known', () => {
  const known = written('plane.env').trim().split('\n').map((line) => line.split('=')[0]);
  const fetched = [...written('fetch.sh').matchAll(/^setting (KONG_\w+) /gm)].map(([, name]) => name);
  expect(fetched).toEqual(['KONG_CLUSTER_CONTROL_PLANE', 'KONG_CLUSTER_TELEMETRY_ENDPOINT']);
  expect([...known, ...fetched].sort()).toEqual(Object.keys(topologyEntry(cloud, 'laptop').settings).sort());
  expect(written('plane.env')).toContain('KONG_CLUSTER_CERT=/etc/hybridge/cluster/tls.crt\n');
  expect(written('plane.env')).toContain('KONG_CLUSTER_DP_LABELS=site:laptop\n');
  expect(gateway.env_file).toEqual([{ path: 'plane.env', format: 'raw' }, { path: 'deployed.env', format: 'raw' }]);
});

it('finds the control plane by SSM parameters', () => {
  Template.fromStack(cloud).hasResourceProperties('AWS::SSM::Parameter', {
    Name: '/hybridge/Cloud/laptop/kong_cluster_control_plane',
    Value: { 'Fn::Join': ['', [{ 'Fn::GetAtt': [Match.stringLikeRegexp('ControlPlaneTunnelHost'), 'Value'] }, ':8005']] },
  });
  expect(written('fetch.sh')).toContain(
    "setting KONG_CLUSTER_CONTROL_PLANE '/hybridge/Cloud/laptop/kong_cluster_control_plane'\n",
  );
});

it('runs unprivileged, with one writable folder, and cannot start before the secrets are there', () => {
  expect(gateway).toMatchObject({
    image: expect.stringMatching(/^registry\.acme\.example\/hybridge:[0-9a-f]{64}$/),
    user: '${HYBRIDGE_USER:?run "sh fetch.sh" first}',
    read_only: true,
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
    volumes: ['./state:/var/lib/hybridge', expect.anything(), expect.anything()],
    ports: ['8000:8000', '8443:8443', '127.0.0.1:8100:8100'],
    stop_grace_period: '45s',
  });
});

it('mounts the folder of every secret, which has to be there, and holds none', () => {
  const mounts = gateway.volumes.slice(1);
  expect(mounts.map(({ source, target }: any) => [source, target])).toEqual([
    ['./secrets/tunnel', '/etc/hybridge/cluster'],
    ['./secrets/identity', '/etc/hybridge/identity'],
  ]);
  for (const mount of mounts) expect(mount).toMatchObject({ type: 'bind', read_only: true, bind: { create_host_path: false } });
  for (const file of ['compose.yaml', 'plane.env', 'fetch.sh']) expect(written(file)).not.toMatch(/-----BEGIN|\$\{Token|TOKEN\[/);
});

it('starts again without AWS and without the registry: from the files of its folder and the image that is there', () => {
  expect(gateway).toMatchObject({ restart: 'unless-stopped', pull_policy: 'missing' });
  const sources = gateway.volumes.map((volume: any) => volume.source ?? volume.split(':')[0]);
  const paths = [...sources, ...gateway.env_file.map(({ path }: any) => path)];
  for (const path of paths) expect(path).toMatch(/^(\.\/)?[\w./]+$/);
});

it('is in the topology with its files', () => {
  expect(topologyEntry(cloud, 'laptop')).toMatchObject({
    target: 'docker',
    controlPlane: 'control-plane',
    manifests: ['compose.yaml', 'plane.env', 'fetch.sh'],
  });
});

describe('fetch.sh', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'laptop'));
    writeFileSync(join(folder, 'fetch.sh'), written('fetch.sh'));
    // Runs what the container would, with the image's options taken away.
    writeFileSync(join(folder, 'docker'), `#!/bin/sh\nshift 8\nexec '${process.execPath}' "$@"\n`, { mode: 0o755 });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const fetch = (aws: string) => {
    writeFileSync(join(folder, 'aws'), `#!/bin/sh\n${aws}\n`, { mode: 0o755 });
    return spawnSync('sh', [join(folder, 'fetch.sh')], {
      env: { ...process.env, PATH: `${folder}:${process.env.PATH}` },
      encoding: 'utf8',
    });
  };
  const secret = JSON.stringify({
    certificate: 'PUBLIC\n',
    privateKey: 'KEY\n',
    issuer: 'https://i',
    client_id: 'id',
    client_secret: 's"e\'c$ret',
    session_secret: 'key',
  });
  const answers = (text = secret) => {
    writeFileSync(join(folder, 'answer'), JSON.stringify(text));
    return `[ "$1" = ssm ] && { echo "$6" | sed 's/.*_//'; exit; }; cat '${join(folder, 'answer')}'`;
  };
  const at = (...path: string[]) => join(folder, ...path);
  const all = () => Object.fromEntries(
    ['deployed.env', '.env', 'secrets/tunnel/tls.crt', 'secrets/tunnel/tls.key', 'secrets/identity/client_secret']
      .map((name) => [name, existsSync(at(name)) ? readFileSync(at(name), 'utf8') : undefined]),
  );

  it('writes values and secrets for the user alone, with one bounded request each', () => {
    const { status, stderr } = fetch(`echo "$*" >> '${at('asked')}'; ${answers()}`);
    expect([status, stderr]).toEqual([0, '']);
    expect(readFileSync(at('deployed.env'), 'utf8')).toBe('KONG_CLUSTER_CONTROL_PLANE=plane\nKONG_CLUSTER_TELEMETRY_ENDPOINT=endpoint\n');
    expect(readFileSync(at('secrets', 'tunnel', 'tls.key'), 'utf8')).toBe('KEY\n');
    expect(readFileSync(at('secrets', 'identity', 'client_secret'), 'utf8')).toBe('s"e\'c$ret');
    const { mode, uid } = statSync(at('secrets', 'tunnel', 'tls.key'));
    expect(mode & 0o777).toBe(0o600);
    expect(readFileSync(at('.env'), 'utf8')).toBe(`HYBRIDGE_USER=${uid}:${statSync(at('state')).gid}\n`);
    expect(uid).not.toBe(0);
    const asked = readFileSync(at('asked'), 'utf8').trim().split('\n');
    expect(asked).toHaveLength(4);
    for (const line of asked) expect(line).toMatch(/ --cli-connect-timeout 5 --cli-read-timeout 10$/);
    expect(existsSync(at('.fetched'))).toBe(false);
  });

  it.each([
    ['the parameters', '[ "$1" = ssm ] && exit 254'],
    ['the secrets', '[ "$1" = secretsmanager ] && exit 254'],
    ['the second secret', 'case "$*" in *login*) exit 255 ;; esac'],
    ['half of a secret', 'case "$*" in *login*) echo "\\"half"; exit ;; esac'],
    ['a secret without text', 'case "$*" in *login*) echo null; exit ;; esac'],
    ['an empty parameter', '[ "$1" = ssm ] && exit 0'],
  ])('keeps Compose from starting when %s cannot be read, and keeps what an earlier run brought', (_, failure) => {
    const first = fetch(`${failure}\n${answers()}`);
    expect(first.status).not.toBe(0);
    expect(first.stderr).toContain('fetch.sh: values and secrets are missing, and Compose cannot start without them');
    expect(Object.values(all()).filter((text) => text !== undefined)).toEqual([]);
    expect(fetch(answers()).status).toBe(0);
    const before = all();
    const { status, stderr } = fetch(`${failure}\n${answers(secret.replace('PUBLIC', 'NEXT'))}`);
    expect(status).not.toBe(0);
    expect(stderr).toContain(
      'fetch.sh: nothing was changed: "docker compose up --detach" starts with the values and secrets of the last time',
    );
    expect(all()).toEqual(before);
    expect(existsSync(at('.fetched'))).toBe(false);
  });

  it('refuses a secret without one of its fields', () => {
    const { status, stderr } = fetch(answers('{"certificate":"PUBLIC"}'));
    expect(status).not.toBe(0);
    expect(stderr).toContain('fetch.sh: the secret has no text in a field privateKey');
  });

  it('is a script that every shell can read', () => {
    execFileSync('sh', ['-n', join(folder, 'fetch.sh')]);
  });
});

describe('wrong properties', () => {
  it.each<[Partial<DockerTargetOptions>, Partial<GatewayDataPlaneOptions>, string]>([
    [{ imageRepository: 'hybridge:1' }, {}, 'imageRepository: got "hybridge:1", expected a registry and a path without tag'],
    [{ httpPort: 0 }, {}, 'httpPort: got 0, expected a port, 1 to 65535'],
    [{ httpPort: 8443 }, {}, 'httpsPort: got 8443, which httpPort has already'],
    [{}, { replicas: 2 }, 'replicas: got 2, expected 1, because the nodes of one machine would share its ports'],
    [{}, { settings: { KONG_NGINX_HTTP_INCLUDE: 'a\nb' } }, 'settings["KONG_NGINX_HTTP_INCLUDE"]: contains a line break'],
  ])('are refused: %j %j', (options, plane, message) => {
    expect(() => laptop(options, plane)).toThrow(message);
  });

  it('are refused: logs', () => {
    const stack = testStack();
    const logs = new OpenSearchLogs(stack, 'Logs', { vpc: new ec2.Vpc(stack, 'Vpc') });
    expect(() => laptop({}, { logs })).toThrow('logs: a machine with Docker has no role in AWS to sign requests with');
  });
});

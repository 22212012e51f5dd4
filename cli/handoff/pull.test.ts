import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { EXIT_CODES } from '../../gateway/src/base/errors.ts';
import { temporaryFolder } from '../../gateway/test/setup/temporary-folder.ts';
import { CommandFailure } from '../command.ts';
import { handoff } from '../commands/handoff.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

const TUNNEL = {
  certificate: '-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n',
  privateKey: '-----BEGIN PRIVATE KEY-----\nplanted\n-----END PRIVATE KEY-----\n',
};

/** A deployed site, and AWS as far as it is asked about it. */
class FakeAws {
  readonly objects = new Map<string, string>();
  readonly secrets = new Map<string, string>([['hybridge/Cloud/control-plane/tunnel', JSON.stringify(TUNNEL)]]);
  readonly parameters = new Map<string, string>();
  readonly asked: string[] = [];
  refusal: { readonly status: number; readonly code: string } | undefined;

  constructor() {
    this.deploy({
      'notes.yaml': 'kind: Notes\n',
      'planes/factory-plane/1-foundation.k8s.yaml': 'kind: Namespace\n',
      'planes/factory-plane/3-plane.k8s.yaml': 'kind: Deployment\n',
      'planes/yard-plane/3-plane.k8s.yaml': 'kind: Deployment\n',
      'clusters/Factory/cluster.yaml': 'kind: Cluster\n',
    });
  }

  deploy(files: Record<string, string>, changes: Record<string, unknown> = {}): void {
    const secret = {
      name: 'factory-plane-tunnel',
      type: 'kubernetes.io/tls',
      labels: { 'app.kubernetes.io/instance': 'factory-plane' },
      secretName: 'hybridge/Cloud/control-plane/tunnel',
      region: 'eu-central-1',
      entries: [
        { key: 'tls.crt', property: 'certificate' },
        { key: 'tls.key', property: 'privateKey' },
      ],
    };
    const index = JSON.stringify({
      version: 1,
      site: 'factory',
      planes: [
        { name: 'factory-plane', folder: 'planes/factory-plane', secrets: [secret] },
        { name: 'yard-plane', folder: 'planes/yard-plane', secrets: [] },
      ],
      clusters: [{ name: 'Factory', folder: 'clusters/Factory' }],
      fluxFiles: [],
      files: Object.fromEntries(Object.entries(files).map(([path, text]) => [path, sha256(text)])),
      ...changes,
    });
    this.objects.clear();
    for (const [path, text] of Object.entries({ ...files, 'index.json': index })) this.objects.set(`/handoff/Cloud/factory/${path}`, text);
    this.parameters.set(
      '/hybridge/Cloud/factory/handoff',
      JSON.stringify({ bucket: 'handoff', region: 'eu-central-1', prefix: 'Cloud/factory/', digest: sha256(index) }),
    );
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const target = request.headers['x-amz-target'];
    const { refusal } = this;
    if (refusal && target) return void json(response, refusal.status, { __type: refusal.code, message: 'no' });
    if (target) this.answer(String(target).split('.').pop()!, JSON.parse(Buffer.concat(chunks).toString()), response);
    else this.sendObject(new URL(request.url!, 'http://s3').pathname, response);
  }

  private answer(operation: string, { Name, SecretId }: Record<string, string>, response: ServerResponse) {
    const [values, key, absence] =
      operation === 'GetParameter' ? [this.parameters, Name!, 'ParameterNotFound'] : [this.secrets, SecretId!, 'ResourceNotFoundException'];
    this.asked.push(key);
    const value = values.get(key);
    if (value === undefined) return json(response, 400, { __type: absence, message: 'no' });
    return json(response, 200, operation === 'GetParameter' ? { Parameter: { Value: value } } : { SecretString: value });
  }

  private sendObject(path: string, response: ServerResponse) {
    const text = this.objects.get(decodeURIComponent(path));
    if (text === undefined) response.writeHead(404, { 'content-type': 'application/xml' }).end('<Error><Code>NoSuchKey</Code></Error>');
    else response.writeHead(200).end(text);
  }
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
}

let aws: FakeAws;
let server: Server;
let folder: string;
let out: string;
beforeEach(async () => {
  aws = new FakeAws();
  server = createServer((request, response) => void aws.serve(request, response));
  await new Promise<void>((resume) => server.listen(0, '127.0.0.1', resume));
  folder = temporaryFolder('handoff');
  out = join(folder, 'factory');
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  for (const name of ['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE']) vi.stubEnv(name, join(folder, 'none'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
  server.closeAllConnections();
  await new Promise((resume) => server.close(resume));
});

interface Outcome {
  readonly code: number;
  readonly output: string;
  readonly failure?: string;
}

async function pull(...args: string[]): Promise<Outcome> {
  const written: string[] = [];
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  try {
    return { code: await handoff.run(['pull', ...args]), output: written.join('') };
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    return { code: EXIT_CODES[error.reason], output: written.join(''), failure: error.message };
  } finally {
    spy.mockRestore();
  }
}

const site = (...args: string[]) => pull('--site', 'Cloud/factory', '--out', out, ...args);
const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);
const filesBelow = (path: string) => readdirSync(path, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));

describe('hybridge handoff pull', () => {
  it('writes what the site gets, and says what to do with it', async () => {
    const { code, output } = await site();
    expect(code).toBe(0);
    expect(output.slice(output.indexOf('on the cluster'))).toBe([
      'on the cluster of each plane:',
      `  kubectl apply --server-side -f ${out}/planes/factory-plane/`,
      `  kubectl apply --server-side -f ${out}/planes/yard-plane/`,
      '',
      'to install a cluster:',
      `  hybridge eksa render --assembly-folder ${out}/clusters/Factory --out Factory-install`,
      '',
    ].join('\n'));
    expect(readFileSync(join(out, 'planes/factory-plane/3-plane.k8s.yaml'), 'utf8')).toBe('kind: Deployment\n');
  });

  it('leaves the planes to Flux where there is one, except for secrets', async () => {
    aws.deploy({ 'flux.yaml': 'kind: Bucket\n' }, { fluxFiles: ['flux.yaml'], clusters: [] });
    const { output } = await site();
    expect(output.slice(output.indexOf('on the cluster'))).toBe([
      'on the cluster, once, for Flux to apply the planes:',
      `  kubectl apply --server-side -f ${out}/flux.yaml`,
      'when their namespaces exist:',
      `  kubectl apply --server-side -f ${out}/planes/factory-plane/2-secrets.k8s.yaml`,
      '',
    ].join('\n'));
  });

  it('makes Secrets for the planes that have no operator', async () => {
    const { output } = await site();
    const [secret, ...others] = parseAllDocuments(readFileSync(join(out, 'planes/factory-plane/2-secrets.k8s.yaml'), 'utf8')).map(
      (document) => document.toJS(),
    );
    expect(others).toEqual([]);
    expect(secret).toMatchObject({
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'kubernetes.io/tls',
      metadata: { name: 'factory-plane-tunnel', namespace: 'factory-plane', labels: { 'app.kubernetes.io/instance': 'factory-plane' } },
    });
    expect(Buffer.from(secret.data['tls.key'], 'base64').toString()).toBe(TUNNEL.privateKey);
    expect(existsSync(join(out, 'planes/yard-plane/2-secrets.k8s.yaml'))).toBe(false);
    expect(output).not.toContain('planted');
  });

  it('lets only the owner read', async () => {
    await site();
    for (const file of filesBelow(out)) expect([file, mode(file)]).toEqual([file, '600']);
    for (const path of [out, join(out, 'planes'), join(out, 'planes/factory-plane')]) expect(mode(path)).toBe('700');
  });

  it('fetches one plane where one is wanted', async () => {
    expect((await site('--plane', 'yard-plane')).output).toContain(`kubectl apply --server-side -f ${out}/planes/yard-plane/\n`);
    expect(filesBelow(out).filter((file) => !file.endsWith('.handoff.json'))).toEqual([join(out, 'planes/yard-plane/3-plane.k8s.yaml')]);
    expect(aws.asked).toEqual(['/hybridge/Cloud/factory/handoff']);
  });

  it('removes what the site no longer gets, and leaves what is not its own', async () => {
    await site();
    writeFileSync(join(out, 'planes/yard-plane/notes.txt'), 'mine');
    aws.deploy({ 'planes/factory-plane/1-foundation.k8s.yaml': 'kind: Namespace\n' }, { clusters: [] });
    const { output } = await site();
    expect(output).toMatch(/planes\/yard-plane\/3-plane.k8s.yaml +gone/);
    expect(
      filesBelow(out)
        .map((file) => file.slice(out.length + 1))
        .sort(),
    ).toEqual([
      '.handoff.json',
      'planes/factory-plane/1-foundation.k8s.yaml',
      'planes/factory-plane/2-secrets.k8s.yaml',
      'planes/yard-plane/notes.txt',
    ]);
  });

  it('prints its result for machines', async () => {
    const result = JSON.parse((await site('--plane', 'yard-plane', '--json')).output);
    expect(result).toEqual({ site: 'Cloud/factory', out, files: [{ path: 'planes/yard-plane/3-plane.k8s.yaml', state: 'new' }] });
  });

  it('asks for a secret once, however many planes use it', async () => {
    const index = JSON.parse(aws.objects.get('/handoff/Cloud/factory/index.json')!);
    const [plane] = index.planes;
    aws.deploy({ 'a.yaml': 'a: 1\n' }, { planes: [plane, { ...plane, name: 'other', folder: 'planes/other' }] });
    await site();
    expect(aws.asked.filter((name) => name.endsWith('/tunnel'))).toHaveLength(1);
    expect(parse(readFileSync(join(out, 'planes/other/2-secrets.k8s.yaml'), 'utf8')).metadata.namespace).toBe('other');
  });
});

describe('hybridge handoff pull of a plane for Docker', () => {
  const secret = (path: string, property: string) => ({
    path,
    secretName: 'hybridge/Cloud/control-plane/tunnel',
    region: 'eu-central-1',
    property,
  });
  const machine = {
    name: 'shop',
    folder: 'machines/shop',
    secrets: [secret('secrets/tunnel/tls.crt', 'certificate'), secret('secrets/tunnel/tls.key', 'privateKey')],
  };
  const files = { 'machines/shop/compose.yaml': 'services: {}\n', 'machines/shop/plane.env': 'KONG_ROLE=data_plane\n' };
  const at = (path: string) => join(out, 'machines/shop', path);
  beforeEach(() => aws.deploy(files, { planes: [], clusters: [], machines: [machine] }));

  it('writes secrets as the files that Compose mounts, and says how to start', async () => {
    const { code, output } = await site();
    expect(code).toBe(0);
    expect(output.slice(output.indexOf('on the machine'))).toBe(
      `on the machine of each plane, in this folder:\n  docker compose --project-directory ${out}/machines/shop up --detach\n`,
    );
    expect(readFileSync(at('secrets/tunnel/tls.crt'), 'utf8')).toBe(TUNNEL.certificate);
    expect(readFileSync(at('secrets/tunnel/tls.key'), 'utf8')).toBe(TUNNEL.privateKey);
    expect(output).not.toContain('planted');
  });

  it('takes a whole secret where no property is named, be it JSON or not', async () => {
    aws.secrets.set('partners/acme', 'not "JSON"');
    const whole = { path: 'secrets/secret-partner/value', secretName: 'partners/acme', region: 'eu-central-1', property: '' };
    const manifest = {
      name: 'yard-plane-secret-all', type: 'Opaque', labels: {}, secretName: 'hybridge/Cloud/control-plane/tunnel', region: 'eu-central-1',
      entries: [{ key: 'value', property: '' }],
    };
    aws.deploy(files, {
      planes: [{ name: 'yard-plane', folder: 'planes/yard-plane', secrets: [manifest] }],
      clusters: [],
      machines: [{ ...machine, secrets: [whole] }],
    });
    await site();
    expect(readFileSync(at('secrets/secret-partner/value'), 'utf8')).toBe('not "JSON"');
    const { data } = parse(readFileSync(join(out, 'planes/yard-plane/2-secrets.k8s.yaml'), 'utf8')) as { data: Record<string, string> };
    expect(Buffer.from(data.value!, 'base64').toString()).toBe(JSON.stringify(TUNNEL));
    aws.secrets.set('partners/acme', '');
    expect((await site()).failure).toContain('missing text in the secret partners/acme');
    expect(readFileSync(at('secrets/secret-partner/value'), 'utf8')).toBe('not "JSON"');
  });

  it('gives them, and a folder to write, to the user of the container, who is never root', async () => {
    await site();
    const [, user, group] = /^HYBRIDGE_USER=(\d+):(\d+)\n$/.exec(readFileSync(at('.env'), 'utf8'))!.map(Number);
    expect(user).toBe(process.getuid!() || 10001);
    for (const path of ['state', 'secrets', 'secrets/tunnel', 'secrets/tunnel/tls.key']) {
      expect(statSync(at(path))).toMatchObject({ uid: user, gid: group });
    }
    for (const path of ['.env', 'compose.yaml', 'secrets/tunnel/tls.key']) expect(mode(at(path))).toBe('600');
    for (const path of ['state', 'secrets/tunnel']) expect(mode(at(path))).toBe('700');
  });

  it('recreates the container when something changed', async () => {
    await site();
    expect((await site()).output).toMatch(/up --detach\n$/);
    aws.secrets.set('hybridge/Cloud/control-plane/tunnel', JSON.stringify({ ...TUNNEL, privateKey: 'new' }));
    expect((await site('--check')).output).toMatch(/tls\.key +changed/);
    expect((await site()).output).toMatch(/up --detach --force-recreate\n$/);
    expect(readFileSync(at('secrets/tunnel/tls.key'), 'utf8')).toBe('new');
  });

  it('takes one of several by its name, beside planes on Kubernetes', async () => {
    aws.deploy(
      { ...files, 'planes/yard-plane/3-plane.k8s.yaml': 'kind: Deployment\n' },
      { planes: [{ name: 'yard-plane', folder: 'planes/yard-plane', secrets: [] }], clusters: [], machines: [machine] },
    );
    expect((await site('--plane', 'shop')).output).not.toContain('kubectl');
    expect(existsSync(join(out, 'planes'))).toBe(false);
    const { output } = await site();
    expect(output.slice(output.indexOf('on the cluster'))).toBe([
      'on the cluster of each plane:',
      `  kubectl apply --server-side -f ${out}/planes/yard-plane/`,
      '',
      'on the machine of each plane, in this folder:',
      `  docker compose --project-directory ${out}/machines/shop up --detach`,
      '',
    ].join('\n'));
  });

  it.each<[string, () => void, string]>([
    [
      'a property is missing',
      () => aws.secrets.set('hybridge/Cloud/control-plane/tunnel', '{"certificate":"planted"}'),
      "missing text under 'privateKey' in the secret hybridge/Cloud/control-plane/tunnel",
    ],
    [
      'a file would be elsewhere',
      () => aws.deploy(files, { planes: [], clusters: [], machines: [{ ...machine, secrets: [secret('../../x', 'certificate')] }] }),
      "'../../x', which would be outside --out",
    ],
    [
      'the plane is another',
      () => aws.deploy(files, { planes: [], clusters: [], machines: [{ ...machine, name: 'kiosk' }] }),
      "has no plane 'shop'; it has kiosk",
    ],
  ])('writes nothing when %s', async (_title, prepare, failure) => {
    prepare();
    expect((await site('--plane', 'shop')).failure).toContain(failure);
    expect(existsSync(out)).toBe(false);
  });
});

describe('hybridge handoff pull --check', () => {
  it('says yes where nothing would change', async () => {
    await site();
    const { code, output } = await site('--check');
    expect([code, output.trim().split('\n').pop()]).toEqual([0, `${out} is what the site gets now`]);
  });

  it.each<[string, () => void, string, string]>([
    [
      'a certificate was renewed',
      () => aws.secrets.set('hybridge/Cloud/control-plane/tunnel', JSON.stringify({ ...TUNNEL, privateKey: 'new' })),
      'planes/factory-plane/2-secrets.k8s.yaml',
      'changed',
    ],
    [
      'a file was changed on the machine',
      () => writeFileSync(join(out, 'planes/factory-plane/3-plane.k8s.yaml'), 'x'),
      'planes/factory-plane/3-plane.k8s.yaml',
      'changed',
    ],
    ['a file was removed on the machine', () => rmSync(join(out, 'notes.yaml')), 'notes.yaml', 'new'],
  ])('says no where %s, and writes nothing', async (_title, change, path, state) => {
    await site();
    change();
    const { code, output } = await site('--check', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(output).files.filter((file: { state: string }) => file.state !== 'unchanged')).toEqual([{ path, state }]);
    expect((await site('--check')).code).toBe(1);
  });

  it('says no where the site no longer gets a file', async () => {
    await site();
    aws.deploy({ 'planes/factory-plane/1-foundation.k8s.yaml': 'kind: Namespace\n' });
    expect((await site('--check')).output).toMatch(/notes.yaml +gone/);
    expect(existsSync(join(out, 'notes.yaml'))).toBe(true);
  });

  it('writes no folder', async () => {
    expect((await site('--check')).code).toBe(1);
    expect(existsSync(out)).toBe(false);
  });
});

describe('nothing is written', () => {
  it.each<[string, () => void, number, string]>([
    [
      'when the site is not there',
      () => aws.parameters.clear(),
      EXIT_CODES.configuration,
      'the parameter /hybridge/Cloud/factory/handoff does not exist: is it the right account and region',
    ],
    [
      'when a secret is not there',
      () => aws.secrets.clear(),
      EXIT_CODES.configuration,
      'missing the secret hybridge/Cloud/control-plane/tunnel, which Secrets Manager does not have in eu-central-1',
    ],
    [
      'when a secret was never filled',
      () => aws.secrets.set('hybridge/Cloud/control-plane/tunnel', '{"replaced":"planted"}'),
      EXIT_CODES.configuration,
      "missing text under 'certificate' in the secret hybridge/Cloud/control-plane/tunnel; text under 'privateKey'",
    ],
    [
      'when a secret is no JSON',
      () => aws.secrets.set('hybridge/Cloud/control-plane/tunnel', 'planted'),
      EXIT_CODES.configuration,
      'missing a JSON object in the secret hybridge/Cloud/control-plane/tunnel',
    ],
    [
      'when a file is not there',
      () => aws.objects.delete('/handoff/Cloud/factory/notes.yaml'),
      EXIT_CODES.configuration,
      's3://handoff/Cloud/factory/notes.yaml does not exist: is a deployment in progress?',
    ],
    [
      'when a file is another',
      () => aws.objects.set('/handoff/Cloud/factory/notes.yaml', 'kind: Other\n'),
      EXIT_CODES.unavailable,
      'notes.yaml is not what the last finished deployment wrote',
    ],
    [
      'when the index is another',
      () => aws.objects.set('/handoff/Cloud/factory/index.json', '{}'),
      EXIT_CODES.unavailable,
      'index.json is not what the last finished deployment wrote',
    ],
    [
      'when the index is of another version',
      () => aws.deploy({}, { version: 2 }),
      EXIT_CODES.configuration,
      'index 2, this command line reads 1',
    ],
    [
      'when a file would be elsewhere',
      () => aws.deploy({ '../../.bashrc': 'x' }),
      EXIT_CODES.configuration,
      "the index names a file '../../.bashrc', which would be outside --out",
    ],
    [
      'when AWS refuses',
      () => void (aws.refusal = { status: 400, code: 'AccessDeniedException' }),
      EXIT_CODES.unavailable,
      'AWS does not let these credentials read the parameter',
    ],
    [
      'without credentials',
      () => ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'].forEach((name) => vi.stubEnv(name, undefined)),
      EXIT_CODES.configuration,
      'there are no AWS credentials',
    ],
    ['without a region', () => vi.stubEnv('AWS_REGION', undefined), EXIT_CODES.configuration, 'the region is unknown: give --region'],
  ])('%s', async (_title, prepare, code, failure) => {
    prepare();
    const outcome = await site();
    expect(outcome).toMatchObject({ code, output: '', failure: expect.stringContaining(failure) });
    expect(outcome.failure).not.toContain('planted');
    expect(existsSync(out)).toBe(false);
  });

  it('inside a cloud assembly', async () => {
    for (const name of ['manifest.json', 'cdk.out']) writeFileSync(join(folder, name), '{}');
    expect((await site()).failure).toContain(`is inside the cloud assembly ${folder}, which must contain no secret`);
    expect(existsSync(out)).toBe(false);
  });

  it('over another site', async () => {
    await site();
    aws.parameters.set('/hybridge/Cloud/branch/handoff', aws.parameters.get('/hybridge/Cloud/factory/handoff')!);
    expect((await pull('--site', 'Cloud/branch', '--out', out)).failure).toContain(
      `${out} holds what was pulled for the site Cloud/factory; choose another folder`,
    );
  });

  it.each([
    [[], '--site is missing'],
    [['--site', 'factory'], "--site: got 'factory', expected STACK/SITE"],
    [
      ['--site', 'Cloud/factory', '--plane', 'shop'],
      "--plane: the site Cloud/factory has no plane 'shop'; it has factory-plane, yard-plane",
    ],
    [['--site', 'Cloud/factory', 'now'], 'see hybridge handoff pull --help'],
  ])('for the args %j', async (args, failure) => {
    expect(await pull(...args)).toMatchObject({ code: EXIT_CODES.usage, failure: expect.stringContaining(failure) });
  });
});

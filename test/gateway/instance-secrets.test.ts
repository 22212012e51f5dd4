/** The program that brings secrets to an EC2 instance, run as it is rendered, with an AWS CLI that does what a test says. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { AutoScalingGroupTarget, CognitoIdentity, EksTarget } from '../../src';
import { startFile, startScript } from './instance-files';
import { testCluster, testControlPlane, testStack } from './sample';

const cloud = testStack();
const cluster = testCluster(cloud);
testControlPlane(cloud, { target: EksTarget.cluster(cluster) }).addDataPlane('Machines', {
  target: AutoScalingGroupTarget.vpc(cluster.vpc),
  identity: new CognitoIdentity(cloud, 'Identity'),
  hostname: 'apis.acme.example',
});
const script = startScript(Template.fromStack(cloud));
const unit = startFile(script, '/etc/systemd/system/hybridge.service');

const TUNNEL = { certificate: 'PUBLIC\n', privateKey: 'KEY\n' };
const LOGIN = { issuer: 'https://i', client_id: 'id', client_secret: 's"e\'c$ret', session_secret: 'key' };

let root: string;
let kept: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'instance'));
  kept = join(root, 'kept');
  mkdirSync(join(root, 'bin'));
  // 100 seconds of patience become three: no test waits for a region.
  const program = startFile(script, '/usr/local/sbin/hybridge-secrets').replace('time.monotonic() + 100', 'time.monotonic() + 3');
  writeFileSync(join(root, 'hybridge-secrets'), program, { mode: 0o755 });
});
afterEach(() => rmSync(root, { recursive: true }));

/** What the AWS CLI does: `$1` is the last part of the secret's name, `$text` its document as the CLI prints it. */
function aws(commands: string, documents: Record<string, unknown> = {}) {
  const answers = { tunnel: TUNNEL, login: LOGIN, ...documents };
  for (const [name, document] of Object.entries(answers)) writeFileSync(join(root, name), JSON.stringify(JSON.stringify(document)));
  writeFileSync(
    join(root, 'bin', 'aws'),
    `#!/bin/bash
echo "$*" >> ${root}/asked
while [ "$1" != --secret-id ]; do shift; done
name=\${2##*/}; answer=${root}/$name
${commands}
`,
    { mode: 0o755 },
  );
}

const ANSWERS = 'cat $answer';
const fails = (code: string) => `echo "An error occurred (${code}) when calling the GetSecretValue operation: said AWS" >&2; exit 254`;

function run(occasion: 'start' | 'reread') {
  const { status, stderr } = spawnSync(join(root, 'hybridge-secrets'), [occasion, kept], {
    env: { ...process.env, PATH: `${join(root, 'bin')}:${process.env.PATH}` },
    encoding: 'utf8',
  });
  return { status, stderr };
}

const written = (file: string) => readFileSync(join(kept, file), 'utf8');
const asked = () => readFileSync(join(root, 'asked'), 'utf8').trim().split('\n');

const isRoot = process.getuid?.() === 0;
describe.runIf(isRoot)('the program that fetches secrets (only root may give files to another user)', () => {
  it('writes them for the user of the gateway alone, with one bounded request a secret', () => {
    aws(ANSWERS);
    expect(run('start')).toEqual({ status: 0, stderr: '' });
    expect(written('tunnel/tls.key')).toBe('KEY\n');
    expect(written('identity/client_secret')).toBe('s"e\'c$ret');
    for (const file of ['tunnel/tls.crt', 'tunnel/tls.key', 'identity/client_secret']) {
      const { mode, uid, gid } = statSync(join(kept, file));
      expect([mode & 0o777, uid, gid]).toEqual([0o600, 10001, 10001]);
    }
    for (const [folder, owner] of [['', 0], ['tunnel', 10001]] as const) {
      expect([statSync(join(kept, folder)).mode & 0o777, statSync(join(kept, folder)).uid]).toEqual([0o700, owner]);
    }
    expect(asked()).toEqual(['control-plane/tunnel', 'identity/login'].map((name) =>
      `secretsmanager get-secret-value --region eu-central-1 --secret-id hybridge/Cloud/${name} --query SecretString --output json `
        + '--cli-connect-timeout 5 --cli-read-timeout 10'));
  });

  it.each<[string, string]>([
    ['cannot be reached', 'echo "Could not connect to the endpoint URL" >&2; exit 255'],
    ['fails', fails('InternalServiceErrorException')],
    ['throttles', fails('ThrottlingException')],
    ['knows the credentials no longer', fails('ExpiredTokenException')],
    ['cannot be asked, because the instance has no credentials', 'echo "Unable to locate credentials" >&2; exit 253'],
    ['hangs', 'sleep 60'],
    ['answers with half of it', 'head -c 20 $answer'],
    ['answers with nothing', 'true'],
    ['answers with something else', 'echo "<html>"'],
    ['has no text in the secret', 'echo null'],
    ['has a number in place of the text', 'echo 5'],
    ['ends by a signal', 'kill -9 $$'],
  ])('starts from the last ones, unchanged, while AWS %s', (_, failure) => {
    aws(ANSWERS);
    run('start');
    const before = statSync(join(kept, 'tunnel/tls.key')).ino;
    aws(failure);
    const { status, stderr } = run('start');
    expect(stderr).toMatch(/^<4>stale: the secret hybridge\/Cloud\/control-plane\/tunnel is the one that was fetched 0\.0 hours ago: \S/m);
    expect(stderr).toMatch(/^<4>stale: the secret hybridge\/Cloud\/identity\/login /m);
    expect(status).toBe(0);
    expect([written('tunnel/tls.key'), written('identity/issuer')]).toEqual(['KEY\n', 'https://i']);
    expect(statSync(join(kept, 'tunnel/tls.key')).ino).toBe(before);
  }, 30_000);

  it('asks a region that is away once, not once a secret', () => {
    aws(ANSWERS);
    run('start');
    rmSync(join(root, 'asked'));
    aws('exit 255');
    run('start');
    expect(asked()).toHaveLength(1);
  });

  it('fails without last ones, and says nothing of what an answer held', () => {
    aws('head -c 20 $answer');
    const { status, stderr } = run('start');
    expect(status).toBe(1);
    expect(stderr).toContain('<3>cannot fetch the secret hybridge/Cloud/control-plane/tunnel, and none is kept: the answer is no JSON');
    expect(stderr).not.toMatch(/PUBLIC|KEY|Traceback/);
    expect(readdirSync(kept)).toEqual([]);
  });

  it.each<[string, object]>([
    ['missing', { certificate: 'NEXT\n' }],
    ['empty', { certificate: 'NEXT\n', privateKey: '' }],
    ['a number', { certificate: 'NEXT\n', privateKey: 5 }],
  ])('keeps all files of a secret when one field of the new value is %s', (_, document) => {
    aws(ANSWERS);
    run('start');
    aws(ANSWERS, { tunnel: document });
    const { status, stderr } = run('start');
    expect([status, written('tunnel/tls.crt'), written('tunnel/tls.key')]).toEqual([0, 'PUBLIC\n', 'KEY\n']);
    expect(stderr).toContain('the secret has no text in a field privateKey');
  });

  it('keeps all files of a secret when one of the new ones cannot be written', () => {
    aws(ANSWERS);
    run('start');
    // In the way, as a full volume would be.
    mkdirSync(join(kept, 'tunnel', '.tls.key'));
    aws(ANSWERS, { tunnel: { certificate: 'NEXT\n', privateKey: 'NEXT KEY\n' } });
    const { status, stderr } = run('start');
    expect([status, written('tunnel/tls.crt'), written('tunnel/tls.key')]).toEqual([0, 'PUBLIC\n', 'KEY\n']);
    expect(stderr).toMatch(/^<4>stale: the secret hybridge\/Cloud\/control-plane\/tunnel .*: cannot write it: Is a directory$/m);
    expect(stderr).not.toContain('Traceback');
  });

  it.each(['AccessDeniedException', 'ResourceNotFoundException', 'InvalidRequestException', 'DecryptionFailure'])(
    'refuses to start from a secret that AWS refuses: %s',
    (code) => {
      aws(ANSWERS);
      run('start');
      aws(`[ $name = tunnel ] || exec cat $answer; ${fails(code)}`);
      const { status, stderr } = run('start');
      expect(status).toBe(1);
      expect(stderr).toContain(
        '<3>AWS refuses the secret hybridge/Cloud/control-plane/tunnel, which no start uses any more: An error occurred',
      );
      expect(existsSync(join(kept, 'tunnel/tls.key'))).toBe(false);
      expect(written('identity/issuer')).toBe('https://i');
      // Not in an outage that comes after, either.
      aws('exit 255');
      expect(run('start').status).toBe(1);
      aws(ANSWERS);
      expect(run('start')).toEqual({ status: 0, stderr: '' });
      expect(written('tunnel/tls.key')).toBe('KEY\n');
      // Given again, it is as good as any.
      aws('exit 255');
      expect(run('start').status).toBe(0);
    },
  );

  it('lets a running node keep a secret that AWS refuses meanwhile, and no start after it', () => {
    aws(ANSWERS);
    run('start');
    aws(fails('AccessDeniedException'));
    expect(run('reread').status).toBe(1);
    expect(written('tunnel/tls.key')).toBe('KEY\n');
    aws('exit 255');
    expect(run('start').status).toBe(1);
  });

  it('takes over a changed value while the node runs', () => {
    aws(ANSWERS);
    run('start');
    aws(ANSWERS, { tunnel: { certificate: 'NEXT\n', privateKey: 'NEXT KEY\n' } });
    expect(run('reread')).toEqual({ status: 0, stderr: '' });
    expect([written('tunnel/tls.crt'), written('tunnel/tls.key')]).toEqual(['NEXT\n', 'NEXT KEY\n']);
    expect(readdirSync(join(kept, 'tunnel')).sort()).toEqual(['tls.crt', 'tls.key']);
    expect(statSync(join(kept, 'tunnel/tls.key')).mode & 0o777).toBe(0o600);
  });
});

describe('the unit', () => {
  it('keeps secrets on the encrypted volume over stops, and starts from them', () => {
    expect(unit).toContain('\nStateDirectory=hybridge-secrets\nStateDirectoryMode=0700\n');
    expect(unit).toContain('\nExecStartPre=/usr/local/sbin/hybridge-secrets start\n');
    expect(unit).toContain('--volume /var/lib/hybridge-secrets/tunnel:/etc/hybridge/cluster:ro');
    expect(unit).toContain('--volume /var/lib/hybridge-secrets/identity:/etc/hybridge/identity:ro');
    const timeout = Number(/^TimeoutStartSec=(\d+)$/m.exec(unit)![1]);
    const patience = Number(/time\.monotonic\(\) \+ (\d+)\n/.exec(startFile(script, '/usr/local/sbin/hybridge-secrets'))![1]);
    // The last request may begin a second before the end, and takes its timeouts; the rest is for the image.
    expect(timeout - patience).toBeGreaterThan(120);
    expect(unit).toContain('\nRestart=always\n');
    expect(unit).toContain('\nStartLimitIntervalSec=0\n');
  });

  it('reads them again every hour', () => {
    expect(startFile(script, '/etc/systemd/system/hybridge-secrets.timer')).toContain('\nOnUnitActiveSec=1h\n');
    const reread = startFile(script, '/etc/systemd/system/hybridge-secrets.service');
    expect(reread).toContain('\nRequisite=hybridge.service\n');
    expect(reread).toContain('\nExecStart=/usr/local/sbin/hybridge-secrets reread\n');
    expect(script).toContain('\nsystemctl enable --now hybridge-secrets.timer\n');
  });

  it('does what a later start needs outside the script of the first one', () => {
    // cloud-init runs the script once an instance; systemd starts the unit at each boot.
    expect(unit).toContain('\nWantedBy=multi-user.target\n');
    expect(script).toContain('\nsystemctl enable hybridge.service\n');
    const image = startFile(script, '/usr/local/sbin/hybridge-image');
    expect(image.indexOf('docker image inspect "$image" > /dev/null 2>&1 && exit 0')).toBeLessThan(image.indexOf('aws ecr'));
  });

  it('may fail at first and try again: the first boot waits for a ready node, not for one start', () => {
    expect(script).toContain('\nsystemctl start --no-block hybridge.service\n');
    expect(script).not.toContain('enable --now hybridge.service');
    expect(unit).toContain('\nRestart=always\nRestartSec=5\n');
  });

  it('asks no registry for an image that is there', () => {
    const bin = mkdtempSync(join(tmpdir(), 'image'));
    writeFileSync(join(bin, 'aws'), '#!/bin/sh\nexit 255\n', { mode: 0o755 });
    writeFileSync(join(bin, 'docker'), '#!/bin/sh\n[ "$1 $2" = "image inspect" ] && exit $ABSENT\nexit 9\n', { mode: 0o755 });
    const start = (absent: string) => spawnSync('bash', ['-s'], {
      input: startFile(script, '/usr/local/sbin/hybridge-image').replace('/run/hybridge', bin),
      env: { ...process.env, PATH: `${bin}:${process.env.PATH}`, ABSENT: absent },
    }).status;
    expect([start('0'), start('1') === 0]).toEqual([0, false]);
    rmSync(bin, { recursive: true });
  });
});

/** The command line as a person uses it: the bundle, as a process. */
import { spawnSync } from 'node:child_process';
import { X509Certificate, createPrivateKey } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXIT_CODES } from '../gateway/src/base/errors.ts';
import { temporaryFolder } from '../gateway/test/setup/temporary-folder.ts';

const HYBRIDGE = join(import.meta.dirname, '..', 'lib', 'bundle', 'cli', 'hybridge.mjs');
const folder = temporaryFolder('cli');
function hybridge(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [HYBRIDGE, ...args], { cwd: folder, encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe('hybridge', () => {
  it('shows its commands', () => {
    const { status, stdout } = hybridge('help');
    expect(status).toBe(0);
    for (const name of ['start', 'cert', 'demo', 'eksa']) expect(stdout).toMatch(new RegExp(`^ {2}${name} +\\S`, 'm'));
  });

  it('names the commands when one is unknown', () => {
    expect(hybridge('strat')).toEqual({
      status: EXIT_CODES.usage,
      stdout: '',
      stderr: expect.stringContaining("there is no command 'strat'; commands: start, "),
    });
  });

  it.each(['start', 'cert', 'demo', 'eksa', 'eksa check', 'eksa diff'])('tells how %s is used', (name) => {
    expect(hybridge(...name.split(' '), '--help')).toEqual({
      status: 0,
      stderr: '',
      stdout: expect.stringContaining(`Usage: hybridge ${name}`),
    });
  });

  it('refuses an unknown option in one line', () => {
    const { status, stderr } = hybridge('cert', '--day', '3');
    expect(status).toBe(EXIT_CODES.usage);
    expect(stderr).toMatch(/^hybridge: .*'--day'.*see hybridge cert --help\n$/);
  });
});

describe('hybridge cert', () => {
  it('writes a pair that belongs together, the key for its owner only', () => {
    expect(hybridge('cert', '--directory', 'pair', '--days', '10').status).toBe(0);
    const certificate = new X509Certificate(readFileSync(join(folder, 'pair', 'cluster.crt')));
    expect(certificate.subject).toBe('CN=kong_clustering');
    expect(certificate.checkPrivateKey(createPrivateKey(readFileSync(join(folder, 'pair', 'cluster.key'))))).toBe(true);
    expect(Date.parse(certificate.validTo) - Date.now()).toBeLessThan(11 * 86_400_000);
    expect(statSync(join(folder, 'pair', 'cluster.key')).mode & 0o777).toBe(0o600);
  });

  it('overwrites nothing', () => {
    mkdirSync(join(folder, 'kept'));
    writeFileSync(join(folder, 'kept', 'cluster.key'), 'mine');
    const { status, stderr } = hybridge('cert', '--directory', 'kept');
    expect(status).toBe(EXIT_CODES.io);
    expect(stderr).toContain('cluster.key exists and is not overwritten');
    expect(readFileSync(join(folder, 'kept', 'cluster.key'), 'utf8')).toBe('mine');
  });

  it('refuses days that are no number', () => {
    expect(hybridge('cert', '--days', 'many').stderr).toContain("--days: 'many' is not valid; expected a whole number, 1 or more");
  });
});

describe('hybridge demo', () => {
  it('wants an app or an assembly', () => {
    expect(hybridge('demo')).toMatchObject({
      status: EXIT_CODES.usage,
      stderr: expect.stringContaining('give either --app or --assembly'),
    });
  });

  it('refuses a target that it does not know before the app is synthesized', () => {
    const { status, stdout, stderr } = hybridge('demo', '--app', 'echo synthesized', '--from', 'lambda');
    expect([status, stdout]).toEqual([EXIT_CODES.usage, '']);
    expect(stderr).toContain("--from: got 'lambda', expected eks, eks-anywhere, ecs, ec2, docker, all");
  });

  it('shows the end of what a failing app printed, and where the rest is', () => {
    const { status, stderr } = hybridge('demo', '--app', 'echo the stack has a flaw; exit 3');
    expect(status).toBe(EXIT_CODES.configuration);
    expect(stderr).toContain('the stack has a flaw');
    expect(stderr).toContain(join('.demo', 'synth.log'));
  });

  it('says when an assembly holds no topology', () => {
    mkdirSync(join(folder, 'empty'));
    expect(hybridge('demo', '--assembly', 'empty')).toMatchObject({
      status: EXIT_CODES.io,
      stderr: expect.stringContaining('topology.json is missing'),
    });
  });
});

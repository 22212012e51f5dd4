import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXIT_CODES } from '../../gateway/src/base/errors.ts';
import { temporaryFolder } from '../../gateway/test/setup/temporary-folder.ts';
import { runEksa, sample } from './testing.ts';

const folder = temporaryFolder('eksa-diff');
const OLD = sample('bare-metal.yaml');
const HARDWARE = sample('bare-metal.csv');

function changed(name: string, ...replacements: [string, string][]): string {
  const text = replacements.reduce((state, [from, to]) => state.replace(from, to), readFileSync(OLD, 'utf8'));
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const UPGRADED = changed('upgraded.yaml', ["'1.35'", "'1.36'"], ['kube-1-35', 'kube-1-36']);
const MOVED = changed('moved.yaml', ['192.168.0.0/16', '172.20.0.0/16']);
const MASKED = changed('masked.yaml', ['    services:', '    nodes: { cidrMaskSize: 24 }\n    services:']);

describe('hybridge eksa diff', () => {
  it('tells what an upgrade changes and does to the nodes', async () => {
    const { code, output } = await runEksa('diff', OLD, UPGRADED);
    expect(code).toBe(0);
    expect(output).toMatch(/Cluster\.spec\.kubernetesVersion\n +from  '1\.35'\n +to    '1\.36'\n/);
    expect(output).toMatch(/control plane +1 +1 +replaced, 1 added first +kubernetesVersion, osImageURL/);
    expect(output).toMatch(/type=worker +md-0 +1 +not counted: give --hardware/);
    expect(output).not.toContain('Refused');
  });

  it('judges by the release that is named, and says once that it is not known', async () => {
    expect(await runEksa('diff', OLD, UPGRADED, '--release', 'v0.25.0')).toMatchObject({
      code: 1, output: expect.stringContaining("Cluster.spec.kubernetesVersion is '1.36'; EKS Anywhere v0.25.0 creates 1.29 to 1.35"),
    });
    const { code, output } = await runEksa('diff', OLD, UPGRADED, '--release', 'v0.28.0');
    expect(code).toBe(0);
    expect(output.match(/names EKS Anywhere v0\.28\.0, which is not known here: the rules of v0\.27\.0 apply/g)).toHaveLength(1);
  });

  it('tells what the new file warns about and the old one did not', async () => {
    const withValues = changed('values.yaml', ['cilium: {}', 'cilium: { helmValues: { hubble: { enabled: true } } }']);
    const warnings = async (...args: string[]) => {
      const { output } = await runEksa('diff', ...args, '--json');
      return (JSON.parse(output) as { warnings: object[] }).warnings;
    };
    expect(await warnings(OLD, withValues, '--release', 'v0.26.2'))
      .toEqual([expect.objectContaining({ ruleId: 'helm-values', line: expect.any(Number) })]);
    expect(await warnings(withValues, withValues, '--release', 'v0.26.2')).toEqual([]);
    expect(await warnings(OLD, withValues, '--release', 'v0.26.3')).toEqual([]);
  });

  it('refuses where hardware.csv has no spare machines', async () => {
    const { code, output } = await runEksa('diff', OLD, UPGRADED, '--hardware', HARDWARE);
    expect(code).toBe(1);
    const shortage = 'bare-metal.csv has 0 spare machines labelled type=cp; 1 more is wanted for control plane';
    expect(output).toContain(`T31  by CLI and API  ${shortage}`);
  });

  it('says where the tools accept a change and its roll-out waits for a machine', async () => {
    const audited = changed('audited.yaml', ['    endpoint:', '    certSans: [a.example]\n    endpoint:']);
    const { code, output } = await runEksa('diff', OLD, audited, '--hardware', HARDWARE);
    expect(code).toBe(1);
    expect(output).not.toContain('Refused');
    expect(output).toMatch(/Accepted, but waits for machines\n +T31 {2}bare-metal\.csv has 0 .*type=cp; .*waits for a machine\n/);
    expect(output.match(/accepted, but the roll-out waits for a machine\n/g)).toHaveLength(2);
  });

  it('tells the roads apart where only one counts machines', async () => {
    const fromIso = changed('iso.yaml', ['  tinkerbellIP', '  isoBoot: true\n  tinkerbellIP']);
    const { output } = await runEksa('diff', OLD, fromIso, '--hardware', HARDWARE);
    expect(output).toMatch(/T31 {2}by API {2}bare-metal\.csv has 0 .*; the CLI accepts it, and the roll-out waits for a machine/);
    expect(output).toMatch(/upgrade cluster +accepted, but the roll-out waits for a machine\n +kubectl apply, Flux, Argo CD +refused\n$/);
  });

  it('does not let the CLI take what its preflights run again on bare metal', async () => {
    const withoutIso = changed('hook-iso.yaml', ['  tinkerbellIP', '  hookIsoURL: http://10.20.0.2/hook.iso\n  tinkerbellIP']);
    const { output } = await runEksa('diff', OLD, withoutIso);
    expect(output).toMatch(/upgrade cluster +accepted as a change, once the new file is fixed\n +kubectl apply, Flux, Argo CD +refused\n$/);
  });

  it('tells what an upgrade in place leaves for later', async () => {
    const inPlace: [string, string] = ['    endpoint:', '    upgradeRolloutStrategy: { type: InPlace }\n    endpoint:'];
    const [before, after] = [changed('placed.yaml', inPlace), changed('placed-upgraded.yaml', inPlace, ['ubuntu-2204', 'ubuntu-2404'])];
    const { output } = await runEksa('diff', before, after);
    expect(output).toContain('upgraded in place, one after the other; osImageURL when a machine is installed again');
  });

  it('tells the order where a change takes two upgrades', async () => {
    const scaled = changed('scaled.yaml', ["'1.35'", "'1.36'"], ['kube-1-35', 'kube-1-36'], ['count: 1', 'count: 3']);
    const { code, output } = await runEksa('diff', OLD, scaled, '--via', 'cli');
    expect(code).toBe(1);
    expect(output).toMatch(/W6 {2}by CLI and API .*\n +→ upgrade first, scale in a second step\n +1\. upgrade with .*\n +2\. .*\n +3\. /);
  });

  it('names the line, the rule and the paths of a refused change', async () => {
    const { code, output } = await runEksa('diff', OLD, MOVED);
    expect(code).toBe(1);
    expect(output).toContain(
      `${MOVED}:10  W3  by CLI and API  Cluster.spec.clusterNetwork.pods.cidrBlocks is ["172.20.0.0/16"] and was ["192.168.0.0/16"]`,
    );
    expect(output).toMatch(/upgrade cluster +refused\n +kubectl apply, Flux, Argo CD +refused\n$/);
  });

  it.each([['both', 1], ['api', 1], ['cli', 0]])('lets the path decide how it ends: %s', async (path, code) => {
    expect((await runEksa('diff', OLD, MASKED, '--via', path)).code).toBe(code);
  });

  it('prints the answers as JSON', async () => {
    const { output } = await runEksa('diff', OLD, MASKED, '--json');
    expect(JSON.parse(output)).toMatchObject({
      cliAccepts: true,
      webhookAccepts: false,
      refusals: [{ ruleId: 'W3', paths: ['api'], line: expect.any(Number) }],
      machines: [{ wanted: 0 }, { wanted: 0 }],
    });
  });

  it.each([
    ['aa.first.cc', 'aa.second.cc', "'(a token)' '(another token)'"],
    ['${env:LICENSE}', 'aa.second.cc', "'${env:LICENSE}' '(a token)'"],
  ])('tells that a licence token changed from %s to %s, and prints references only', async (from, to, told) => {
    const withToken = (name: string, token: string) =>
      changed(name, ['  kubernetesVersion', `  licenseToken: '${token}'\n  kubernetesVersion`]);
    const args = ['diff', withToken('licensed.yaml', from), withToken('renewed.yaml', to)];
    for (const { output } of [await runEksa(...args), await runEksa(...args, '--json')]) expect(output).not.toMatch(/first|second/);
    expect((await runEksa(...args)).output.replace(/ +/g, ' ')).toContain(`Cluster.spec.licenseToken ${told}`);
  });

  it('names the file that cannot be read as a cluster', async () => {
    const broken = join(folder, 'broken.yaml');
    writeFileSync(broken, 'kind: Cluster\n  metadata: {}\n');
    const { code, output } = await runEksa('diff', OLD, broken);
    expect(code).toBe(1);
    expect(output).toContain(`${broken}:`);
    expect(output).toContain('nothing was compared');
  });

  it.each([
    ['one file', ['diff', OLD], 'expected old.yaml and new.yaml'],
    ['an unknown path', ['diff', OLD, OLD, '--via', 'sea'], "--via: 'sea' is not valid; expected both, cli, api"],
  ])('refuses %s', async (_what, args, failure) => {
    expect(await runEksa(...args)).toMatchObject({ code: EXIT_CODES.usage, failure: expect.stringContaining(failure) });
  });
});

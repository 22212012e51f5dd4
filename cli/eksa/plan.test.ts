import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXIT_CODES } from '../../gateway/src/base/errors.ts';
import { temporaryFolder } from '../../gateway/test/setup/temporary-folder.ts';
import { runEksa, sample } from './testing.ts';

const folder = temporaryFolder('eksa-plan');
const OLD = sample('bare-metal.yaml');
const HARDWARE = sample('bare-metal.csv');

function changed(name: string, ...replacements: [string | RegExp, string][]): string {
  const text = replacements.reduce((state, [from, to]) => state.replace(from, to), readFileSync(OLD, 'utf8'));
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const TO_136: [string, string][] = [["'1.35'", "'1.36'"], ['kube-1-35', 'kube-1-36']];
const BEFORE = changed('before.yaml', ["'1.35'", "'1.34'"], ['kube-1-35', 'kube-1-34']);
const UPGRADED = changed('upgraded.yaml', ...TO_136);
const SCALED = changed('scaled.yaml', ...TO_136, ['- count: 1', '- count: 3']);
const MOVED = changed('moved.yaml', ['192.168.0.0/16', '172.20.0.0/16']);
const WITH_SPARES = join(folder, 'spares.csv');
const SPARES = ['cp', 'worker'].map((type, index) => [
  `node-1${index},52:54:00:aa:01:0${index},10.20.0.3${index},255.255.255.0,10.20.0.1,10.20.0.2,type=${type},/dev/sda`,
  `10.20.1.3${index},\${env:BMC_USER},\${env:BMC_PASSWORD},`,
].join());
writeFileSync(WITH_SPARES, `${[readFileSync(HARDWARE, 'utf8').trimEnd(), ...SPARES].join('\n')}\n`);

describe('hybridge eksa plan', () => {
  it('prints what to do before, the command, what is down, what to check, and how to go back', async () => {
    const { code, output } = await runEksa('plan', OLD, UPGRADED, '--hardware', WITH_SPARES);
    expect(code).toBe(0);
    expect(output).toContain('Step 1: Kubernetes 1.35 → 1.36; osImageURL\n');
    expect(output).toMatch(/control plane +1 +1 +replaced, 1 added first +kubernetesVersion, osImageURL/);
    expect(output).toContain('spare machines (no label ownerName): 1 labelled type=cp, 1 labelled type=worker');
    expect(output).toContain('$ eksctl anywhere upgrade cluster -f step-1-filled/cluster.yaml -z step-1-filled/hardware.csv\n');
    expect(output).toContain('md-0: every node is drained and replaced, its pods move (1 added first)');
    expect(output).toContain('2 nodes are Ready; the control plane has 1.36');
    expect(output).toContain('Cluster.spec.kubernetesVersion cannot go back: restore the backups');
    expect(output).toMatch(/\nready; files of the steps: --out DIR\n$/);
  });

  it('says which machines are missing, and ends with 1', async () => {
    const { code, output } = await runEksa('plan', OLD, UPGRADED, '--hardware', HARDWARE);
    expect(code).toBe(1);
    expect(output).toContain('add 1 machine labelled type=cp to bare-metal.csv, for control plane, and plan again');
    expect(output).toMatch(/\nblocked: wants machines; /);
  });

  it('asks for the image of a version on the way, and writes nothing before it has it', async () => {
    const out = join(folder, 'asked');
    const { code, output } = await runEksa('plan', BEFORE, SCALED, '--out', out);
    expect(code).toBe(1);
    expect(output).toMatch(/give each with --image 1\.35=/);
    expect(output).toMatch(/1\.35 +TinkerbellDatacenterConfig\/lab\.spec\.osImageURL +http:.*-kube-1-34\.gz/);
    expect(output).toMatch(/blocked: wants images; no file was written\n$/);
    expect(existsSync(out)).toBe(false);
  });

  it('writes the files of each step; the last one is the new file', async () => {
    const out = join(folder, 'written');
    const image = '1.35=http://10.20.0.2/kube-1-35.gz';
    const args = ['plan', BEFORE, SCALED, '--hardware', WITH_SPARES, '--out', out, '--via', 'api', '--image', image];
    const { code, output } = await runEksa(...args);
    expect(output).toContain('blocked: wants machines; written to');
    expect(output).toContain(`$ kubectl apply -f ${out}/step-1/cluster.yaml\n`);
    expect(code).toBe(1);
    expect(readdirSync(out).sort()).toEqual(['step-1', 'step-2', 'step-3']);
    expect(readFileSync(join(out, 'step-3/cluster.yaml'), 'utf8')).toBe(readFileSync(SCALED, 'utf8'));
    expect(readFileSync(join(out, 'step-1/cluster.yaml'), 'utf8')).toMatch(/kubernetesVersion: "1\.35"[^]*kube-1-35\.gz/);
    expect(readFileSync(join(out, 'step-1/hardware.csv'), 'utf8')).toBe(readFileSync(WITH_SPARES, 'utf8'));
    expect(statSync(join(out, 'step-1/hardware.csv')).mode & 0o777).toBe(0o600);
    expect((await runEksa('check', join(out, 'step-1/cluster.yaml'), join(out, 'step-1/hardware.csv'), '--existing')).code).toBe(0);
    expect((await runEksa(...args)).failure).toBeUndefined();
  });

  it('overwrites no file that differs, and mixes no two plans', async () => {
    const out = join(folder, 'kept');
    await runEksa('plan', OLD, UPGRADED, '--out', out);
    const other = await runEksa('plan', OLD, changed('other.yaml', ...TO_136, ['kube-1-36', 'other-kube-1-36']), '--out', out);
    expect(other).toMatchObject({ code: EXIT_CODES.io, failure: expect.stringContaining('step-1/cluster.yaml is there and differs') });
    expect(readFileSync(join(out, 'step-1/cluster.yaml'), 'utf8')).toBe(readFileSync(UPGRADED, 'utf8'));
    writeFileSync(join(out, 'step-1/cluster.yaml'), readFileSync(OLD));
    const longer = join(folder, 'longer');
    await runEksa('plan', OLD, SCALED, '--via', 'api', '--out', longer);
    const shorter = await runEksa('plan', OLD, UPGRADED, '--via', 'api', '--out', longer);
    expect(shorter).toMatchObject({ code: EXIT_CODES.io, failure: expect.stringContaining('nothing was written') });
  });

  it('says what to do instead where nothing accepts the change', async () => {
    const { code, output } = await runEksa('plan', OLD, MOVED);
    expect(code).toBe(1);
    expect(output).toContain('lab: no order of these changes is accepted by eksctl anywhere upgrade cluster');
    expect(output).toContain(`${MOVED}:10  W3  Cluster.spec.clusterNetwork.pods.cidrBlocks`);
    expect(output).toContain('create another cluster from the new file');
    expect(output).toMatch(/\nrefused\n$/);
  });

  it('names the file of machines as it was given, and asks for its corrections', async () => {
    const separated = join(folder, 'site.csv');
    writeFileSync(separated, readFileSync(WITH_SPARES, 'utf8').replaceAll(',', ';'));
    const { code, output } = await runEksa('plan', OLD, UPGRADED, '--hardware', separated);
    expect(code).toBe(1);
    expect(output).toMatch(/site\.csv:1\s+error R-file\s+site\.csv is separated by ';'/);
    expect(output).toMatch(/\nblocked: wants corrections of the file of machines; /);
    writeFileSync(separated, '');
    const empty = await runEksa('plan', OLD, UPGRADED, '--hardware', separated);
    expect(empty.output).toMatch(/^\S*site\.csv:1\s+error R-file\s+site\.csv is empty/);
  });

  it('asks for corrections of what only the text of the new file shows', async () => {
    const twice = changed('twice.yaml', ...TO_136, ["kubernetesVersion: '1.36'", "kubernetesVersion: '1.36'\n  kubernetesVersion: '1.36'"]);
    const { code, output } = await runEksa('plan', OLD, twice);
    expect(code).toBe(1);
    expect(output).toContain('Cluster.spec.kubernetesVersion is given twice');
    expect(output).toMatch(/\nblocked: wants corrections of the new file; /);
  });

  it('runs steps from files with their secrets, and gives machines and Secrets to the API', async () => {
    const out = join(folder, 'filled');
    const byCli = await runEksa('plan', OLD, UPGRADED, '--hardware', WITH_SPARES, '--out', out);
    expect(byCli.output).toContain(`$ hybridge eksa render --assembly-folder ${out}/step-1 --out ${out}/step-1-filled\n`);
    const byApi = await runEksa('plan', OLD, UPGRADED, '--hardware', WITH_SPARES, '--via', 'api');
    expect(byApi.output).toContain('$ hybridge eksa hardware step-1/hardware.csv --secrets step-1/bmc-secrets.yaml > step-1/machines.yaml');
    expect(byApi.output).toContain('$ kubectl apply -f step-1/cluster.yaml\n');
    expect(byApi.output).not.toContain('eksa render');
  });

  it('has nothing to do between two files that mean the same', async () => {
    expect(await runEksa('plan', OLD, OLD)).toEqual({ code: 0, output: 'lab: nothing to do; both files mean the same\n' });
  });

  it('prints the plan as JSON', async () => {
    const { code, output } = await runEksa('plan', OLD, SCALED, '--via', 'api', '--json');
    expect(code).toBe(0);
    const scaling = [{ name: 'control plane', action: 'nothing' }, { name: 'md-0', action: 'scale' }];
    expect(JSON.parse(output)).toMatchObject({
      outcome: 'ready', path: 'api', cluster: 'lab', refusals: [], newFile: [], images: [],
      steps: [
        { number: 1, path: 'api', files: ['cluster.yaml'], back: { isPossible: false }, addMachines: [] },
        { number: 2, back: { isPossible: true }, groups: scaling },
      ],
    });
  });

  it('names the file of the machines that cannot be read as it was given', async () => {
    const machines = join(folder, 'machines.csv');
    writeFileSync(machines, 'hostname,labels\n"node-01');
    for (const command of ['plan', 'diff']) {
      const { code, output } = await runEksa(command, OLD, UPGRADED, '--hardware', machines);
      expect(code).toBe(1);
      expect(output).toMatch(new RegExp(`^${machines}(:\\d+)?  error R-file\\n  machines\\.csv `));
      expect(output).not.toContain('hardware.csv');
    }
  });

  it('names the file that cannot be read as a cluster', async () => {
    const broken = join(folder, 'broken.yaml');
    writeFileSync(broken, 'kind: Cluster\n  metadata: {}\n');
    const { code, output } = await runEksa('plan', OLD, broken);
    expect(code).toBe(1);
    expect(output).toContain(`${broken}:`);
    expect(output).toContain('nothing was planned');
  });

  it.each([
    ['one file', ['plan', OLD], 'expected old.yaml and new.yaml'],
    ['an unknown path', ['plan', OLD, OLD, '--via', 'both'], "--via: 'both' is not valid; expected cli, api"],
    ['an image without a version', ['plan', OLD, OLD, '--image', 'http://10.0.0.2/x.gz'], 'expected VERSION=IMAGE'],
  ])('refuses %s', async (_what, args, failure) => {
    expect(await runEksa(...args)).toMatchObject({ code: EXIT_CODES.usage, failure: expect.stringContaining(failure) });
  });
});

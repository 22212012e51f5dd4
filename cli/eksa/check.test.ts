import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { EXIT_CODES } from '../../gateway/src/base/errors.ts';
import { temporaryFolder } from '../../gateway/test/setup/temporary-folder.ts';
import { runEksa, sample } from './testing.ts';

const folder = temporaryFolder('eksa-check');
const CLUSTER = sample('bare-metal.yaml');
const HARDWARE = sample('bare-metal.csv');

/** A copy of a sample with one text replaced, as a person would mistype it. */
function changed(name: string, from: string, to: string): string {
  const text = readFileSync(sample(name), 'utf8');
  expect(text).toContain(from);
  const path = join(folder, name);
  writeFileSync(path, text.replace(from, to));
  return path;
}

describe('hybridge eksa check', () => {
  it('accepts files that are right', async () => {
    expect(await runEksa('check', CLUSTER, HARDWARE)).toEqual({
      code: 0,
      output: `${CLUSTER}, ${HARDWARE}: 0 errors, 0 warnings; would be accepted\n`,
    });
  });

  it('names file, line, rule, property and fix of a mistake in the YAML', async () => {
    const file = changed('bare-metal.yaml', "kubernetesVersion: '1.35'", 'kubernetesVersion: 1.35');
    const { code, output } = await runEksa('check', file, HARDWARE);
    expect(code).toBe(1);
    expect(output).toMatch(new RegExp(`^${file}:25  error S10\\n  Cluster\\.spec\\.kubernetesVersion .*\\n  → put it in quotes`));
    expect(output).toContain('1 error, 0 warnings; would be refused or would not work');
  });

  it('tells that a licence token is still to be filled in', async () => {
    const file = changed('bare-metal.yaml', "  kubernetesVersion: '1.35'", "  licenseToken: ${env:LICENSE}\n  kubernetesVersion: '1.35'");
    const { code, output } = await runEksa('check', file, HARDWARE);
    expect(code).toBe(0);
    expect(output).toMatch(
      new RegExp(
        `^${file}:25  warning license-token\\n  Cluster\\.spec\\.licenseToken is the placeholder \\$\\{env:LICENSE\\}; the `
          + 'tools need the token itself\\n  → fill it in with hybridge eksa render',
      ),
    );
  });

  it('names the line of the machine in hardware.csv, whatever the file is called', async () => {
    const file = changed('bare-metal.csv', '10.20.0.22', '10.20.0.300');
    const { code, output } = await runEksa('check', CLUSTER, file);
    expect(code).toBe(1);
    expect(output).toMatch(new RegExp(`^${file}:3  error R1\\n  bare-metal\\.csv/node-02\\.ip_address is '10\\.20\\.0\\.300'`));
  });

  it('names files as they are given, wherever a finding speaks of them', async () => {
    const cluster = changed('bare-metal.yaml', 'count: 1', 'count: 5');
    const machines = join(folder, 'machines.csv');
    writeFileSync(machines, readFileSync(HARDWARE, 'utf8').replaceAll(',', ';').replace('/dev/sda', 'sda'));
    const renamed = join(folder, 'lab.yml');
    writeFileSync(renamed, readFileSync(cluster, 'utf8').replaceAll('\n', '\r\n'));
    const { output } = await runEksa('check', renamed, machines);
    expect(output).not.toMatch(/hardware\.csv|cluster\.yaml/);
    expect(output).toContain(`${renamed}:`);
    expect(output).toMatch(/lab\.yml ends its lines with CRLF/);
    expect(output).toMatch(/machines\.csv is separated by ';'/);
    expect(output).toMatch(/machines\.csv\/node-01\.disk is 'sda'/);
    expect(output).toMatch(/machines\.csv has \d/);
    const json = JSON.parse((await runEksa('check', renamed, machines, '--json')).output) as { findings: { file: string; path: string }[] };
    expect(json.findings.map(({ file, path }) => `${file} ${path}`)).toContain(`${machines} hardware.csv`);
  });

  it('tells what is wrong with a file as a whole before the rest of the file', async () => {
    const file = changed('bare-metal.csv', ',10.20.0.22,', ',10.20.0.300,');
    writeFileSync(file, `${readFileSync(file, 'utf8')},,,,,,,,,,,\n`);
    const { output } = await runEksa('check', CLUSTER, file);
    const lines = output.split('\n').filter((line) => line.startsWith(file));
    expect(lines.map((line) => /:(\d+) /.exec(line)?.[1])).toEqual(['5', '3']);
  });

  it('reads what Windows writes, and says that the tools do not', async () => {
    const file = join(folder, 'unicode.txt');
    writeFileSync(file, Buffer.from(`\ufeff${readFileSync(HARDWARE, 'utf8').replaceAll(',', '\t')}`, 'utf16le'));
    const { code, output } = await runEksa('check', CLUSTER, file);
    expect(code).toBe(1);
    expect(output).toContain('unicode.txt is UTF-16 text, the tools read UTF-8; is separated by tabs');
    expect(output).toContain('1 error, 0 warnings');
  });

  it('prints findings as JSON with all their fields', async () => {
    const file = changed('bare-metal.yaml', 'tinkerbellIP: 10.20.0.11', 'tinkerbellIP: 10.20.0.10');
    const { code, output } = await runEksa('check', file, HARDWARE, '--json');
    expect(code).toBe(1);
    expect(JSON.parse(output)).toEqual({
      errors: 1,
      warnings: 0,
      findings: [
        expect.objectContaining({
          file,
          line: expect.any(Number),
          path: expect.stringContaining('spec'),
          ruleId: 'T26',
          severity: 'error',
          message: expect.stringContaining('10.20.0.10'),
        }),
      ],
    });
  });

  it('reads the feature flags of the tools from the environment', async () => {
    const file = changed('bare-metal.yaml', '    count: 1\n    endpoint', "    count: 1\n    apiServerExtraArgs: { v: '2' }\n    endpoint");
    expect((await runEksa('check', file, HARDWARE)).output).toContain('C67');
    vi.stubEnv('API_SERVER_EXTRA_ARGS_ENABLED', 'true');
    expect((await runEksa('check', file, HARDWARE)).code).toBe(0);
    vi.unstubAllEnvs();
  });

  it('judges by the release that is named', async () => {
    expect((await runEksa('check', CLUSTER, HARDWARE, '--release', 'v0.24.0')).output).toContain('Cluster.spec.kubernetesVersion');
  });

  it('judges by the day that is named', async () => {
    const file = changed('bare-metal.yaml', "  kubernetesVersion: '1.35'", "  kubernetesVersion: '1.34'");
    const on = async (today: string) => (await runEksa('check', file, HARDWARE, '--today', today)).output;
    expect(await on('2026-12-31')).not.toContain('warning support');
    const warning = /warning support\s+Cluster\.spec\.kubernetesVersion is '1\.34', whose standard support ended on 2026-12-31/;
    expect(await on('2027-01-01')).toMatch(warning);
    // Builds that are to come out the same again say which day it is (reproducible-builds.org).
    vi.stubEnv('SOURCE_DATE_EPOCH', String(Date.UTC(2027, 0, 1) / 1000));
    expect((await runEksa('check', file, HARDWARE)).output).toMatch(warning);
    vi.unstubAllEnvs();
    expect((await runEksa('check', file, HARDWARE)).output).not.toContain('warning support');
  });

  it('says that bare metal needs hardware.csv', async () => {
    expect(await runEksa('check', CLUSTER)).toMatchObject({ code: 1, output: expect.stringContaining('F8') });
  });

  it.each([
    ['a file that is not there', ['check', '/nowhere/cluster.yaml'], EXIT_CODES.io, 'cannot read /nowhere/cluster.yaml: ENOENT'],
    ['no file', ['check'], EXIT_CODES.usage, 'eksa check: got no file; expected cluster.yaml and, for bare metal, hardware.csv'],
    ['an unknown option', ['check', '--jsn', CLUSTER], EXIT_CODES.usage, "'--jsn'"],
    ['no release', ['check', '--release', 'new', CLUSTER], EXIT_CODES.usage, "'new' is not valid; expected a release such as v0.27.0"],
    ['a release of two numbers', ['check', '--release', 'v0.26', CLUSTER], EXIT_CODES.usage, "--release: 'v0.26' is not valid"],
    ['no day', ['check', '--today', 'now', CLUSTER], EXIT_CODES.usage, "--today: 'now' is not valid; expected a day such as 2026-11-30"],
    ['a day that no month has', ['check', '--today', '2026-02-30', CLUSTER], EXIT_CODES.usage, "--today: '2026-02-30' is not valid"],
    ['no release for diff', ['diff', '--release', 'x', CLUSTER, CLUSTER], EXIT_CODES.usage, "--release: 'x' is not valid"],
    ['no release for plan', ['plan', '--release', 'x', CLUSTER, CLUSTER], EXIT_CODES.usage, "--release: 'x' is not valid"],
    ['no day for import', ['import', '--today', '1', CLUSTER], EXIT_CODES.usage, "--today: '1' is not valid"],
    ['an unknown subcommand', ['chek', CLUSTER], EXIT_CODES.usage, "there is no subcommand 'chek'; subcommands: check"],
    ['no subcommand', [], EXIT_CODES.usage, 'a subcommand is missing'],
  ])('refuses %s', async (_what, args, code, failure) => {
    expect(await runEksa(...args)).toMatchObject({ code, output: '', failure: expect.stringContaining(failure) });
  });

  it('refuses a file that is no text', async () => {
    const file = join(folder, 'binary.yaml');
    writeFileSync(file, Buffer.from([0xff, 0xfe, 0x00]));
    expect(await runEksa('check', file)).toMatchObject({ code: EXIT_CODES.io, failure: `cannot read ${file}: is no UTF-8 text` });
  });
});

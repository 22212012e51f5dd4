import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { EXIT_CODES } from '../../gateway/src/base/errors.ts';
import { temporaryFolder } from '../../gateway/test/setup/temporary-folder.ts';
import { runEksa, sample } from './testing.ts';

const folder = temporaryFolder('eksa-hardware');
const CSV = sample('bare-metal.csv');
afterEach(() => vi.unstubAllEnvs());

describe('hybridge eksa hardware', () => {
  it('prints objects without credentials, and names the Secrets that they need', async () => {
    const { code, output } = await runEksa('hardware', CSV);
    expect(code).toBe(0);
    expect(output).toMatch(/^# machine node-01 needs the Secret eksa-system\/bmc-node-01-auth /);
    expect(output.match(/^kind: (\w+)$/gm)).toEqual(['kind: Hardware', 'kind: Machine', 'kind: Hardware', 'kind: Machine']);
    expect(output).not.toContain('BMC_');
  });

  it('writes the Secrets to a file for their owner only, on demand', async () => {
    vi.stubEnv('BMC_USER', 'root');
    vi.stubEnv('BMC_PASSWORD', 'hush');
    const file = join(folder, 'secrets.yaml');
    const { code, output } = await runEksa('hardware', CSV, '--secrets', file);
    expect(code).toBe(0);
    expect(output).not.toMatch(/Secret |aHVzaA|hush/);
    expect(readFileSync(file, 'utf8').match(/password: aHVzaA==/g)).toHaveLength(2);
    expect(statSync(file).mode.toString(8).slice(-3)).toBe('600');
  });

  it('writes no Secrets where a value is missing', async () => {
    vi.stubEnv('BMC_USER', 'root');
    vi.stubEnv('BMC_PASSWORD', '');
    expect(await runEksa('hardware', CSV, '--secrets', join(folder, 'none.yaml'))).toMatchObject({
      code: EXIT_CODES.configuration,
      output: '',
      failure: expect.stringContaining("machine 'node-02': bmc_password"),
    });
  });

  it('says what is wrong with a file that is no list of machines', async () => {
    expect(await runEksa('hardware', sample('bare-metal.yaml'))).toMatchObject({
      code: EXIT_CODES.configuration,
      failure: expect.stringContaining('has no header: the first row must name the columns hostname'),
    });
  });
});

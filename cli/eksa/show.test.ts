import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXIT_CODES } from '../../gateway/src/base/errors.ts';
import { temporaryFolder } from '../../gateway/test/setup/temporary-folder.ts';
import { runEksa, sample } from './testing.ts';

const folder = temporaryFolder('eksa-show');
describe('hybridge eksa show', () => {
  it('draws the machines of each group, as text and as a picture', async () => {
    const svg = join(folder, 'lab.svg');
    const { code, output } = await runEksa('show', sample('bare-metal.yaml'), sample('bare-metal.csv'), '--svg', svg);
    expect(code).toBe(0);
    expect(output).toMatch(/workers md-0: 1 node \(ubuntu; type=worker\)\n {2}\[#\] node-02 {2}10\.20\.0\.22\n/);
    expect(output.endsWith(`\n${svg}\n`)).toBe(true);
    expect(readFileSync(svg, 'utf8')).toMatch(/^<svg [^]*>node-02<[^]*<\/svg>\n$/);
  });

  it('never shows credentials', async () => {
    const { output } = await runEksa('show', sample('bare-metal.yaml'), sample('bare-metal.csv'));
    expect(output).not.toContain('BMC_PASSWORD');
  });

  it('refuses files that it cannot read as a cluster', async () => {
    const broken = join(folder, 'broken.csv');
    writeFileSync(broken, 'hostname,mac\nx,y\n');
    expect(await runEksa('show', sample('bare-metal.csv'))).toMatchObject({
      code: EXIT_CODES.configuration,
      failure: expect.stringContaining('exactly one Cluster'),
    });
    expect(await runEksa('show', sample('bare-metal.yaml'), broken)).toMatchObject({
      code: EXIT_CODES.configuration,
      failure: expect.stringContaining(`${broken}:1 lacks the columns`),
    });
    expect(await runEksa('show', sample('bare-metal.yaml'), '--svg', '/nowhere/x.svg')).toMatchObject({
      code: EXIT_CODES.io,
      failure: expect.stringContaining('cannot write /nowhere/x.svg'),
    });
  });
});

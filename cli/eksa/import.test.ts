import { describe, expect, it, vi } from 'vitest';
import { runEksa, sample } from './testing.ts';

describe('hybridge eksa import', () => {
  it('prints a program that names the hardware file as it was given', async () => {
    const { code, output } = await runEksa('import', sample('bare-metal.yaml'), sample('bare-metal.csv'), '--release', 'v0.26.1');
    expect(code).toBe(0);
    expect(output).toContain("new BareMetalCluster(app, 'Lab', {");
    expect(output).toContain(`HardwareInventory.fromCsv('${sample('bare-metal.csv')}')`);
    expect(output).toContain("eksAnywhereVersion: 'v0.26.1'");
  });

  it('prints no program but the reasons, apart from it, where something cannot be said', async () => {
    const reasons = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    expect(await runEksa('import', sample('bare-metal.yaml'))).toMatchObject({ code: 1, output: '' });
    expect(String(reasons.mock.calls[0]![0])).toContain('hardware.csv is missing; BareMetalCluster takes its machines from it');
    reasons.mockRestore();
  });
});

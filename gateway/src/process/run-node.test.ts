/** What a defect does to a node's process. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { beforeEach, describe, expect, it } from 'vitest';

import { temporaryFolder } from '../../test/setup/temporary-folder.ts';
import { EXIT_CODES } from '../base/errors.ts';

let folder: string;

beforeEach(() => {
  folder = temporaryFolder('run-node');
});

/** Runs a node that does this 10 ms after its start, and ends in order 50 ms later. */
async function run(happens: string): Promise<{ readonly code: number; readonly stderr: string }> {
  const program = `
    import { ownedBy } from ${JSON.stringify(join(import.meta.dirname, '..', 'base', 'defect-owner.ts'))};
    import { runNode } from ${JSON.stringify(join(import.meta.dirname, 'run-node.ts'))};
    const own = (work) => ownedBy({ fail: (defect) => console.error('owner: ' + defect.message) }, work);
    await runNode(async () => ({ addresses: {}, close: async () => undefined }));
    setTimeout(() => { ${happens} }, 10);
    setTimeout(() => process.exit(0), 60);
  `;
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), '--input-type=module', '-e', program], {
    env: { PATH: process.env.PATH ?? '', KONG_PREFIX: folder, KONG_DATABASE: 'off' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => stderr += text);
  const [code] = await once(child, 'close') as [number];
  return { code, stderr };
}

describe('a defect that nothing catches', () => {
  it.each([
    ['an exception', 'throw new Error("boom");'],
    ['a rejection', 'Promise.reject(new Error("boom"));'],
    ['an error event that nothing listens to', 'process.getBuiltinModule("node:net").connect(1, "127.0.0.1").destroy(new Error("boom"));'],
  ])('%s outside of requests ends the process with its stack', async (_title, happens) => {
    const { code, stderr } = await run(happens);
    expect(stderr).toMatch(/^hybridge: defect: Error: boom\n\s+at /m);
    expect(code).toBe(EXIT_CODES.defect);
  });

  it.each([
    ['an exception', 'own(() => setTimeout(() => { throw new Error("boom"); }));'],
    ['a rejection', 'own(() => { Promise.reject(new Error("boom")); });'],
    [
      'an error event that nothing listens to',
      'own(() => process.getBuiltinModule("node:net").connect(1, "127.0.0.1").destroy(new Error("boom")));',
    ],
  ])('%s in work of a request goes to its owner, and the process lives', async (_title, happens) => {
    const { code, stderr } = await run(happens);
    expect(stderr).toContain('owner: boom');
    expect(stderr).not.toContain('defect');
    expect(code).toBe(0);
  });
});

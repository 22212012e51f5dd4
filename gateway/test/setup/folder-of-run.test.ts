import { existsSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { makeFolderOfRun } from './folder-of-run.ts';
import { temporaryFolder } from './temporary-folder.ts';

describe('the folder of a run', () => {
  it('is removed at the end, with the caches of tools', () => {
    const { path, remove } = makeFolderOfRun();
    for (const cache of ['tsx-0', 'node-compile-cache']) mkdirSync(join(path, cache));
    remove();
    expect(existsSync(path)).toBe(false);
  });

  it('is removed, and fails the run, when tests have left something', () => {
    const { path, remove } = makeFolderOfRun();
    for (const name of ['b', 'a']) mkdirSync(join(path, name));
    expect(remove).toThrow(/^tests left in the temporary folder: a, b;/);
    expect(existsSync(path)).toBe(false);
  });

  it('is the temporary folder of all suites', () => {
    expect(tmpdir()).toBe(inject('temporaryFolder'));
    expect(basename(tmpdir())).toMatch(/^hybridge-tests-/);
    const folder = temporaryFolder('example');
    expect([dirname(folder), basename(folder).startsWith('hybridge-example-')]).toEqual([tmpdir(), true]);
  });
});

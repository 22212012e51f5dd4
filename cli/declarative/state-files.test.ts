/** Files as people and programs write them, and files that are refused: with tabs, with aliases that multiply, too large. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCommand, StateFolder } from '../../gateway/test/fixtures/command-run.ts';
import { temporaryFolder } from '../../gateway/test/setup/temporary-folder.ts';
import { validate } from '../commands/validate.ts';
import { readStateFiles } from './state-files.ts';

const files = new StateFolder();
const HEAD = '_format_version: "3.0"\n';

function errorsOf(text: string | Buffer): readonly { readonly line: number; readonly message: string }[] {
  const path = join(temporaryFolder('one'), 'kong.yaml');
  writeFileSync(path, text);
  return readStateFiles([path], {}).source.errors;
}

it('puts files and folders together, and names the file, line and part of what is wrong', async () => {
  const folder = temporaryFolder('several');
  mkdirSync(join(folder, 'below'));
  writeFileSync(
    join(folder, 'a.yaml'), `${HEAD}_info: {select_tags: [a]}\nservices:\n- {name: one, host: a.test}\n- {name: two, host: b.test}\n`,
  );
  writeFileSync(join(folder, 'below', 'b.json'), JSON.stringify(
    { _format_version: '3.0', services: [{ name: 'three', host: 'c.test' }] }, undefined, 2,
  ));
  const routes = 'routes: [{name: r, paths: [/a], service: {name: three}}]';
  const text = `${HEAD}\n\nservices:\n- name: four\n  host: d.test\n  port: 70000\n${routes}\n`;
  writeFileSync(join(folder, 'below', 'c.yml'), text);
  writeFileSync(join(folder, 'notes.txt'), 'not read');
  expect(await runCommand(validate, folder)).toEqual({
    code: 1, stdout: '', stderr: `${join(folder, 'below', 'c.yml')}:7: services[0].port: value should be between 0 and 65535\n`,
  });
  const { code, stdout } = await runCommand(validate, '--json', folder);
  expect([code, JSON.parse(stdout)]).toMatchObject([1, { valid: false, errors: [{ line: 7, path: 'services[0].port' }] }]);
});

it('takes every form of a text', () => {
  const text = `${HEAD}services:\n- &s {name: one, host: h.test}\n`;
  for (
    const bytes of [text, `\uFEFF${text}`, text.replaceAll('\n', '\r\n'), Buffer.from(`\uFEFF${text}`, 'utf16le')]
  ) expect(errorsOf(bytes)).toEqual([]);
});

const BOMB = `${HEAD}a: &a [x,x,x,x,x,x,x,x,x,x]\n${[...'bcdefgh'].map((name, at) => {
  const before = 'abcdefgh'[at]!;
  return `${name}: &${name} [${Array.from({ length: 10 }, () => `*${before}`).join(',')}]`;
}).join('\n')}\n`;

describe('refuses, with file and line,', () => {
  it.each([
    ['tabs', `${HEAD}services:\n\t- name: one\n`, 3],
    ['aliases that multiply', BOMB, undefined],
    ['a key that is given twice', `${HEAD}services: []\nservices: []\n`, 3],
    ['two documents', `${HEAD}---\n${HEAD}`, undefined],
    ['a variable that is not set', `${HEAD}services:\n- name: "\${{ env "DECK_NOT_SET" }}"\n`, 3],
    ['levels without end', `${HEAD}a: ${'['.repeat(5000)}\n`, undefined],
  ])('%s', (_, text, line) => {
    const errors = errorsOf(text);
    expect(errors.length).toBeGreaterThan(0);
    expect(errors[0]).toMatchObject({ file: expect.stringContaining('kong.yaml') as string, ...line !== undefined && { line } });
  });

  it('bytes that are no text', () => {
    expect(() => errorsOf(Buffer.from([0x61, 0xff, 0x00, 0xfe, 0x01]))).toThrow('is no UTF-8 text');
  });

  it('a file of more than 64 MB', () => {
    expect(() => errorsOf(Buffer.alloc(65 * 1024 * 1024, ' '))).toThrow('got more than 64 MB, expected less');
  });

  it('more YAML than fits into memory, which JSON would', () => {
    expect(errorsOf(`${HEAD}a: "${'x'.repeat(25 * 1024 * 1024)}"\n`)).toMatchObject(
      [{ message: expect.stringContaining('send JSON') as string }],
    );
  });
});

it('does not need the variables of a file to check it, on demand', async () => {
  const file = files.file(`${HEAD}services:\n- {name: one, host: h.test, port: \${{ env "DECK_PORT_X" | toInt }}}\n`);
  expect(await runCommand(validate, '--no-env', file)).toMatchObject({ code: 0 });
  expect(await runCommand(validate, file)).toMatchObject(
    { code: 1, stderr: expect.stringContaining(':3: the environment variable DECK_PORT_X is not set') as string },
  );
});

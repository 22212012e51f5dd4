import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');

/** A copy of the sources, so that a forbidden import can be added to them. */
describe('a forbidden import in the sources', () => {
  let copy: string;

  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'hybridge-layers-'));
    for (const entry of ['src', 'gateway', 'cli', 'projenrc', 'package.json', '.eslintrc.json', 'tsconfig.json']) {
      cpSync(join(ROOT, entry), join(copy, entry), { recursive: true });
    }
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  function run(tool: string, ...words: string[]) {
    const { status, stdout, stderr } = spawnSync(join(ROOT, 'node_modules', '.bin', tool), words, {
      cwd: copy, encoding: 'utf8', env: { ...process.env, ESLINT_USE_FLAT_CONFIG: 'false' },
    });
    return { status, output: stdout + stderr };
  }

  // Without it both pass: the sources are bundled before the tests run, and linted by .ci/run.
  test('fails the bundle and the linter, which name it', () => {
    const file = 'gateway/src/base/version.ts';
    const original = readFileSync(join(copy, file), 'utf8');

    writeFileSync(join(copy, file), `import { rowsOf } from '../model/config-table.ts';\n${original}\nexport const forbidden = rowsOf;\n`);
    const bundled = run('tsx', 'projenrc/bundle.ts');
    expect(bundled.status).toBe(1);
    expect(bundled.output).toContain(`${file} imports gateway/src/model/config-table.ts: base is leaf code`);

    // Without the rules that need types: loading all types takes longer than all the rest.
    const untyped = JSON.stringify({ '@typescript-eslint/no-floating-promises': 'off', '@typescript-eslint/return-await': 'off' });
    const linted = run('eslint', '--ext', '.ts', '--parser-options', 'projectService:false', '--rule', untyped, file);
    expect(linted.status).toBe(1);
    expect(linted.output).toContain('import/no-restricted-paths');
  });
});

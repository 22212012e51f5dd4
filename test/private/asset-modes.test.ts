/** Lambda runs code as another user than the owner of its files: it can read them whatever the umask of builder, installer or synth. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

const ROOT = join(__dirname, '..', '..');

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'modes-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a script of the repository in a shell with the umask. */
function runUnder(umask: string, cwd: string, ...words: readonly string[]): void {
  const tsx = join(ROOT, 'node_modules', 'tsx', 'dist', 'cli.mjs');
  execFileSync('sh', ['-c', `umask ${umask} && exec "$0" "$@"`, process.execPath, tsx, ...words], {
    cwd, encoding: 'utf8', stdio: 'pipe', env: { ...process.env, CDK_VALIDATION: 'false', CDK_OUTDIR: join(folder, 'cdk.out') },
  });
}

/** Path → mode in octal, of what not everyone can read. */
function unreadable(path: string, top = path): Record<string, string> {
  const stat = statSync(path);
  const wanted = stat.isDirectory() ? 0o755 : 0o644;
  const here = (stat.mode & wanted) === wanted ? {} : { [relative(top, path)]: (stat.mode & 0o777).toString(8) };
  return stat.isDirectory() ? Object.assign(here, ...readdirSync(path).map((name) => unreadable(join(path, name), top))) : here;
}

it.each(['027', '077'])('a bundle that is built under umask %s can be read by everyone', (umask) => {
  const bundle = join(folder, 'bundle');
  runUnder(umask, ROOT, 'projenrc/bundle.ts', '--to', bundle);
  expect(readdirSync(join(bundle, 'lambda')).length).toBeGreaterThan(5);
  expect(unreadable(bundle)).toEqual({});
});

/** With our functions and CDK's: those that apply manifests, that copy files, and that close default security groups. */
const EXAMPLE = 'bare-metal';

it.each(['027', '077'])('assets are readable in cdk.out when the package was installed, and the program runs, under umask %s', (umask) => {
  // What npm leaves under this umask.
  for (const part of ['src', 'examples', 'tsconfig.json', 'package.json', join('lib', 'bundle')]) {
    cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  }
  execFileSync('chmod', ['-R', umask === '077' ? 'go-rwx' : 'o-rwx', folder]);
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  expect(unreadable(join(folder, 'lib'))).not.toEqual({});
  runUnder(umask, folder, '--tsconfig', 'examples/tsconfig.json', join('examples', EXAMPLE, 'app.ts'));
  const output = join(folder, 'cdk.out');
  const assets = readdirSync(output).filter((name) => name.startsWith('asset.') && statSync(join(output, name)).isDirectory());
  expect(assets.length).toBeGreaterThan(2);
  expect(Object.assign({}, ...assets.map((name) => unreadable(join(output, name), output)))).toEqual({});
});

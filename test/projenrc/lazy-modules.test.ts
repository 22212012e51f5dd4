import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { lazyIndex, lazyRequires } from '../../projenrc/lazy-modules';

const folder = mkdtempSync(join(tmpdir(), 'lazy-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const load = createRequire(join(folder, 'x.js'));
const loaded: string[] = [];
(globalThis as { loadedModules?: string[] }).loadedModules = loaded;

function write(name: string, source: string): string {
  const file = join(folder, name);
  writeFileSync(file, `globalThis.loadedModules.push('${name}');\n${source}`);
  return file;
}

describe('a module whose requires are lazy', () => {
  beforeAll(() => {
    write('other.js', 'exports.Base = class { hello() { return "hello"; } }; exports.twice = (n) => 2 * n; exports.five = 5;');
  });
  beforeEach(() => {
    loaded.length = 0;
    for (const file of Object.keys(load.cache)) if (file.startsWith(folder)) delete load.cache[file];
  });

  const lazily = (name: string, source: string) => load(write(name, lazyRequires(source))) as Record<string, any>;

  it('loads another at its first use, once', () => {
    const { run } = lazily('a.js', 'const other_1 = require("./other");\nexports.run = () => (0, other_1.twice)(other_1.five);\n');
    expect(loaded).toEqual(['a.js']);
    expect([run(), run()]).toEqual([10, 10]);
    expect(loaded).toEqual(['a.js', 'other.js']);
  });

  it('creates objects of its classes, and has classes of its own extend them', () => {
    const { run, Derived } = lazily('b.js', [
      'const __importStar = (x) => x;',
      'const other = __importStar(require("./other"));',
      'exports.run = () => new other.Base().hello();',
      'exports.Derived = class extends other.Base {};',
    ].join('\n'));
    expect(run()).toBe('hello');
    expect(new Derived().hello()).toBe('hello');
  });

  it('keeps what has the same name: properties, methods, and a parameter, for which the module stays as it is', () => {
    const { run } = lazily('c.js', [
      'const other = require("./other");',
      'class Here { other() { return 1; } }',
      'const plain = { other: 2 };',
      'exports.run = () => new Here().other() + plain.other + other.five;',
    ].join('\n'));
    expect(run()).toBe(8);
    const shadowed = 'const other = require("./other");\nexports.run = (other) => other.five;\n';
    expect(lazyRequires(shadowed)).toBe(shadowed);
    const shorthand = 'const other = require("./other");\nexports.run = () => ({ other });\n';
    expect(lazyRequires(shorthand)).toBe(shorthand);
  });

  it('is left alone the second time', () => {
    const once = lazyRequires('const other_1 = require("./other");\nexports.run = () => other_1.five;\n');
    expect(lazyRequires(once)).toBe(once);
  });
});

describe('an index whose exports are lazy', () => {
  const index = [
    '"use strict";',
    'Object.defineProperty(exports, "__esModule", { value: true });',
    '__exportStar(require("./one"), exports);',
    '__exportStar(require("./two"), exports);',
  ].join('\n');
  const names: Record<string, string[]> = { './one': ['One'], './two': ['Two', 'Three'] };

  it('loads the module of the name that is asked for, for require and for import', () => {
    write('one.js', 'exports.One = 1;');
    write('two.js', 'exports.Two = 2; exports.Three = 3;');
    const file = write('index.js', lazyIndex(index, (path) => names[path]!));
    loaded.length = 0;
    const { Two } = load(file);
    expect(Two).toBe(2);
    expect(loaded).toEqual(['index.js', 'two.js']);
    expect(Object.keys(load(file)).sort()).toEqual(['One', 'Three', 'Two']);
    const program = `globalThis.loadedModules = []; const { Three } = await import('${pathToFileURL(file)}'); console.log(Three);`;
    const named = `import { One } from '${pathToFileURL(file)}'; console.log(One);`;
    writeFileSync(join(folder, 'start.mjs'), 'globalThis.loadedModules = [];');
    const run = (text: string) => {
      writeFileSync(join(folder, 'program.mjs'), `import './start.mjs';\n${text}`);
      return execFileSync(process.execPath, [join(folder, 'program.mjs')], { encoding: 'utf8' }).trim();
    };
    expect([run(program), run(named)]).toEqual(['3', '1']);
  });

  it('is left alone the second time', () => {
    const once = lazyIndex(index, (path) => names[path]!);
    expect(lazyIndex(once, () => [])).toBe(once);
  });
});

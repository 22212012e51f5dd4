/** Task `demo`: the reference topology; with --from, the example that has a data plane on every target. */
import { join } from 'node:path';

const words = process.argv.slice(2);
const example = words.some((word) => /^--from(=|$)/.test(word)) ? 'every-target' : 'hybrid';
process.argv = [...process.argv.slice(0, 2), 'demo', '--app', `tsx --tsconfig examples/tsconfig.json examples/${example}/app.ts`, ...words];
await import(join(import.meta.dirname, '..', 'lib', 'bundle', 'cli', 'hybridge.mjs'));

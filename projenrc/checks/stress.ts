/**
 * Runs the system suites many times on a busy machine, to find tests that depend on time or on each other: `npx projen test:stress`.
 * Several runs go at once, beside processes that only burn CPU time.
 */
import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const ROOT = join(__dirname, '..', '..');

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '20' },
    copies: { type: 'string', default: '2' },
    burners: { type: 'string', default: '2' },
  },
});
const suites = positionals.length > 0 ? positionals : ['gateway/test/system'];

/** One run of the suites. @returns its output when it failed */
function run(): Promise<string | undefined> {
  const child = spawn('npx', ['vitest', 'run', '--project', 'gateway', ...suites], {
    // All runs use the bundle that was made before them.
    cwd: ROOT, env: { ...process.env, HYBRIDGE_TEST_BUNDLE: 'keep', NO_COLOR: '1' }, stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => output += chunk.toString());
  return new Promise((resolve) => child.once('close', (code) => resolve(code === 0 ? undefined : output)));
}

/** What a failed run says, without the suites that passed. */
function failuresIn(output: string): string {
  return output.split('\n').filter((line) => !line.includes('✓')).join('\n');
}

async function main(): Promise<void> {
  const total = Number(values.runs);
  execFileSync('npx', ['tsx', 'projenrc/bundle.ts'], { cwd: ROOT, stdio: 'inherit' });
  const burners = Array.from({ length: Number(values.burners) }, () => spawn(process.execPath, ['-e', 'for (;;);']));
  let started = 0;
  let failed = 0;
  const worker = async () => {
    while (started < total) {
      started += 1;
      const [number, begun] = [started, Date.now()];
      const output = await run();
      if (output !== undefined) failed += 1;
      console.log(`run ${number} of ${total}: ${output === undefined ? 'passed' : 'FAILED'}, ${Math.round((Date.now() - begun) / 1000)} s`);
      if (output !== undefined) console.log(failuresIn(output));
    }
  };
  await Promise.all(Array.from({ length: Number(values.copies) }, worker));
  for (const burner of burners) burner.kill();
  console.log(`${total - failed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

void main();

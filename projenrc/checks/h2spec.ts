/**
 * Lets h2spec, the conformance suite of HTTP/2, judge a proxy port of a data plane: every case must pass. It is installed with Go, outside
 * the repository; where there is no Go, it is skipped.
 */
import { execFile, execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const ROOT = join(__dirname, '..', '..');
const H2SPEC = 'github.com/summerwind/h2spec/cmd/h2spec@v2.2.1+incompatible';
/** Cases of that version. */
const CASES = 145;
const LONGEST_MS = 5 * 60_000;

async function main() {
  if (!hasGo()) return console.log('skipped: h2spec: go is not there');
  const folder = mkdtempSync(join(tmpdir(), 'h2spec-'));
  const node = spawn('tsx', [join(ROOT, 'gateway', 'test', 'setup', 'http2-node.ts')], { cwd: ROOT, stdio: ['pipe', 'pipe', 'inherit'] });
  const port = portOf(node);
  port.catch(() => undefined);
  try {
    await run('go', ['install', H2SPEC], { env: { ...process.env, GOBIN: folder, GOFLAGS: '' }, timeout: LONGEST_MS });
    await judge(join(folder, 'h2spec'), await port);
  } finally {
    node.stdin!.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

function hasGo(): boolean {
  try {
    execFileSync('go', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** The node prints its port when it serves. */
function portOf(node: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    node.stdout!.once('data', (line: Buffer) => resolve(line.toString().trim()));
    node.once('exit', (code) => reject(new Error(`the node ended with ${code}`)));
  });
}

async function judge(program: string, port: string) {
  // Over TLS: without it, the port serves HTTP/1.1, too, and answers in it what is no preface.
  const words = ['--host', '127.0.0.1', '--port', port, '--tls', '--insecure', '--timeout', '5'];
  const { stdout } = await run(program, words, { timeout: LONGEST_MS })
    .catch((error: { stdout?: string }) => ({ stdout: error.stdout ?? '' }));
  const [, passed = '0'] = /\d+ tests, (\d+) passed/.exec(stdout) ?? [];
  console.log(`h2spec: ${passed} of ${CASES} cases`);
  if (Number(passed) === CASES) return;
  console.error(stdout.slice(stdout.indexOf('Failures:')));
  process.exitCode = 1;
}

main().catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});

/** What the check does with each language: the same topology, with the oldest and the newest versions of the package's peers. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { oldest } from '../peer-ranges';

export const ROOT = join(__dirname, '..', '..', '..');

/** Of the peers, by their names in npm. */
export type Versions = Readonly<Record<string, string>>;

export const MANIFEST: { readonly peerDependencies: Versions; readonly devDependencies: Versions } =
  JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

export const PEERS: readonly string[] = Object.keys(MANIFEST.peerDependencies);

/** The first versions of the ranges. */
export const OLDEST: Versions = Object.fromEntries(Object.entries(MANIFEST.peerDependencies).map(([name, range]) => [name, oldest(range)]));

/** A topology that a program of one language has synthesized. */
export interface Synthesized {
  readonly title: string;
  readonly versions: Versions;
  readonly outdir: string;
}

/** @throws Error the command fails; what it printed is in the message */
export function run(command: string, words: readonly string[], options: { readonly cwd?: string; readonly env?: Versions } = {}): string {
  try {
    return execFileSync(command, words, {
      cwd: options.cwd ?? ROOT,
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION: 'true', ...options.env },
    });
  } catch (error) {
    const { stdout, stderr } = error as { readonly stdout?: string; readonly stderr?: string };
    throw new Error(`${command} ${words.slice(0, 4).join(' ')}: ${(error as Error).message}\n${stdout ?? ''}${stderr ?? ''}`);
  }
}

/** Whether a program can be started here. */
export function isInstalled(command: string, ...words: readonly string[]): boolean {
  try {
    execFileSync(command, words, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A line that CI counts. */
export function skipped(what: string, reason: string): void {
  process.stdout.write(`skipped: ${what}: ${reason}\n`);
}

export function textOf(versions: Versions): string {
  return PEERS.map((name) => `${name} ${versions[name]}`).join(', ');
}

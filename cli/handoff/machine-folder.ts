/** The folder of a plane that Docker Compose runs, on its machine: who the container runs as, and what it may write. */
import { chownSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { RUN_AS } from '../../gateway/contract.ts';
import type { HandedMachine } from '../../src/gateway/private/handoff/index-document';


/** The only folder of the machine that the container writes. */
const STATE_FOLDER = 'state';

interface User {
  readonly user: number;
  readonly group: number;
}

/** The container runs as the user who pulls, so that it can read the secrets, but never as root. */
function containerUser(): User {
  const [user, group] = [process.getuid?.() ?? RUN_AS.user, process.getgid?.() ?? RUN_AS.group];
  return user === 0 ? RUN_AS : { user, group };
}

/** Path below the folder of the site, and text: what `compose.yaml` takes the container's user from. Without it Compose starts nothing. */
export function userFile({ folder }: HandedMachine): [string, string] {
  const { user, group } = containerUser();
  return [`${folder}/.env`, `HYBRIDGE_USER=${user}:${group}\n`];
}

/**
 * Makes the folder that the container writes, and gives the secrets to its user where root pulls. Docker would make the folder for root.
 *
 * @param out folder of the site
 */
export function prepareMachine(out: string, { folder, secrets }: HandedMachine): void {
  const state = join(out, folder, STATE_FOLDER);
  mkdirSync(state, { recursive: true, mode: 0o700 });
  if (process.getuid?.() !== 0) return;
  const { user, group } = containerUser();
  const folders = new Set(secrets.map(({ path }) => path.split('/')[0]!));
  for (const path of [state, ...[...folders].flatMap((name) => allBelow(join(out, folder, name)))]) chownSync(path, user, group);
}

function allBelow(folder: string): string[] {
  return [folder, ...readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name))];
}

/** Every command, in the order of the overview. */
import type { Command } from './command.ts';
import { cert } from './commands/cert.ts';
import { demo } from './commands/demo.ts';
import { diff } from './commands/diff.ts';
import { dump } from './commands/dump.ts';
import { eksa } from './commands/eksa.ts';
import { explain } from './commands/explain.ts';
import { handoff } from './commands/handoff.ts';
import { history, rollback, show } from './commands/history.ts';
import { importCommand } from './commands/import.ts';
import { lint } from './commands/lint.ts';
import { start } from './commands/start.ts';
import { apply, sync } from './commands/sync.ts';
import { topology } from './commands/topology.ts';
import { validate } from './commands/validate.ts';
import { wait } from './commands/wait.ts';

export const COMMANDS: readonly Command[] = [
  start, cert, demo,
  // On state files, in the order of use.
  validate, lint, diff, sync, apply, dump, explain, history, show, rollback, wait, importCommand,
  topology, eksa, handoff,
];

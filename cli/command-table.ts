/** Every command, in the order of the overview. */
import type { Command } from './command.ts';
import { cert } from './commands/cert.ts';
import { demo } from './commands/demo.ts';
import { eksa } from './commands/eksa.ts';
import { handoff } from './commands/handoff.ts';
import { start } from './commands/start.ts';
import { topology } from './commands/topology.ts';

export const COMMANDS: readonly Command[] = [start, cert, demo, topology, eksa, handoff];

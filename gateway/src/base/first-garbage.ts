/** What reading a configuration leaves behind, at the start of a node. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** A smaller heap has nothing to give back. Bytes. */
const WORTH_COLLECTING = 100 * 2 ** 20;

/**
 * Gives memory back before a node serves: V8 grows the room for new objects to 100 MB and more while a large configuration is read, and
 * keeps it. Holds the event loop for as long as a whole collection takes.
 */
export function collectFirstGarbage(heapBytes = process.memoryUsage().heapTotal): boolean {
  if (heapBytes < WORTH_COLLECTING) return false;
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (options: object) => void;
  setFlagsFromString('--no-expose-gc');
  // Only this one makes the room for new objects smaller.
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  return true;
}

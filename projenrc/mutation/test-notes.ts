/** Files by which the test runner in a worker tells main what it saw. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export function writeNotes(folder: string, kind: string, suite: string, notes: object): void {
  writeFileSync(notesFile(folder, kind, suite), JSON.stringify(notes));
}

export function readNotes<Notes>(folder: string, kind: string, suite: string): Notes {
  return JSON.parse(readFileSync(notesFile(folder, kind, suite), 'utf8'));
}

function notesFile(folder: string, kind: string, suite: string): string {
  return join(folder, `${kind}-${createHash('sha256').update(suite).digest('hex').slice(0, 16)}.json`);
}

/** Where the gateway's artefacts are: beside the bundled command line, in lib/bundle/image. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NODE_MAJOR } from '../gateway/contract.ts';
import { CommandFailure } from './command.ts';

/** @throws CommandFailure when the bundle is missing, or this Node is too old to run it */
export function artefact(name: string): string {
  const path = join(dirname(fileURLToPath(import.meta.url)), '..', 'image', name);
  if (!existsSync(path)) {
    throw new CommandFailure(`${path} is missing: in a clone run "npm run gateway:bundle"; else reinstall cdk-hybridge`, 'io');
  }
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= NODE_MAJOR) return path;
  throw new CommandFailure(`the gateway needs Node ${NODE_MAJOR}, this is ${process.versions.node}: `
    + `"npm install --save-dev node@${NODE_MAJOR}" adds it to a project; npx and npm scripts then use it`, 'configuration');
}

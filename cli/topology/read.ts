/** Reads `hybridge/topology.json` of a cloud assembly. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../gateway/src/base/errors.ts';
import type { TopologyDocument } from '../../src/private/topology/document';
import { CommandFailure } from '../command.ts';

const LISTS = ['planes', 'clusters', 'integrations', 'tunnels'] as const;

/** @throws CommandFailure when there is none, or not one that this version wrote */
export function readTopologyDocument(assembly: string): TopologyDocument {
  const file = join(assembly, 'hybridge', 'topology.json');
  if (!existsSync(file)) {
    throw new CommandFailure(
      `${file} is missing: give the folder that the app was synthesized into as --assembly; the app needs a cluster `
        + 'or a plane of cdk-hybridge',
      'io',
    );
  }
  const document = parse(file);
  const missing = LISTS.filter((list) => !Array.isArray(document[list]));
  if (missing.length > 0) {
    throw new CommandFailure(
      `${file} lacks ${missing.join(', ')}, which another version of cdk-hybridge did not write: synthesize again`,
      'configuration',
    );
  }
  return document;
}

function parse(file: string): TopologyDocument {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) ?? {};
  } catch (error) {
    throw new CommandFailure(`${file} cannot be read: ${messageOf(error)}; synthesize again`, 'configuration', { cause: error });
  }
}

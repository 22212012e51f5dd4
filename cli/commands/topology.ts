/** `hybridge topology`: a picture of what an app declares, drawn from the files that it was synthesized into. */
import { writeFileSync } from 'node:fs';
import { messageOf } from '../../gateway/src/base/errors.ts';
import { CommandFailure, parseOptions } from '../command.ts';
import type { Command } from '../command.ts';
import { readTopologyDocument } from '../topology/read.ts';
import { sceneOf } from '../topology/scene.ts';
import { drawSvg } from '../topology/svg.ts';
import { drawText } from '../topology/text.ts';

export const topology: Command = {
  name: 'topology',
  summary: 'draw a synthesized topology: places, clusters, planes, tunnels, secrets',
  usage: [
    'Usage: hybridge topology [--assembly FOLDER] [--svg FILE] [--json]',
    '',
    'Prints regions and sites with their clusters, planes and integrations, the tunnels with their ports, and '
      + 'which secret lives where and is read by whom.',
    '',
    '  --assembly FOLDER  what the app was synthesized into (default: cdk.out)',
    '  --svg FILE         writes the same as a picture for browsers',
    '  --json             prints the document that the picture is made from, for machines',
  ].join('\n'),
  async run(args) {
    const options = parseOptions('topology', args, {
      assembly: { type: 'string', default: 'cdk.out' },
      svg: { type: 'string' },
      json: { type: 'boolean', default: false },
    });
    const document = readTopologyDocument(options.assembly);
    const scene = sceneOf(document);
    process.stdout.write(options.json ? `${JSON.stringify(document, undefined, 2)}\n` : drawText(scene));
    if (options.svg !== undefined) {
      writePicture(options.svg, drawSvg(scene));
      if (!options.json) process.stdout.write(`\n${options.svg}\n`);
    }
    return 0;
  },
};

function writePicture(path: string, svg: string): void {
  try {
    writeFileSync(path, svg);
  } catch (error) {
    throw new CommandFailure(`--svg: cannot write ${path}: ${messageOf(error)}`, 'io', { cause: error });
  }
}

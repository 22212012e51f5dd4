/** `hybridge eksa show`: a picture of a cluster, drawn from its files. */
import { writeFileSync } from 'node:fs';
import { messageOf } from '../../gateway/src/base/errors.ts';
import { parseHardware } from '../../src/eksa/hardware/hardware-csv';
import { sceneOf } from '../../src/eksa/picture/scene';
import { drawSvg } from '../../src/eksa/picture/svg';
import { drawText } from '../../src/eksa/picture/text';
import { CommandFailure } from '../command.ts';
import type { Command } from '../command.ts';
import { parseArguments } from './arguments.ts';
import { readText } from './files.ts';

export const show: Command = {
  name: 'show',
  summary: 'draw a cluster: its nodes, groups, machines and networks',
  usage: [
    'Usage: hybridge eksa show cluster.yaml [hardware.csv] [--svg FILE]',
    '',
    'Prints the groups of nodes with the machines that each can take ([#] for a node, [ ] for a spare',
    'one), the networks and the addresses; where machines are in several networks or failure domains,',
    'groups are parted by them.',
    '',
    '  --svg FILE  writes the same as a picture for browsers',
  ].join('\n'),
  async run(args) {
    const {
      options,
      files: [cluster, hardware],
    } = parseArguments(
      'show',
      args,
      { svg: { type: 'string' } },
      { min: 1, max: 2, names: 'cluster.yaml and, for bare metal, hardware.csv' },
    );
    const machines = hardware === undefined ? undefined : readText(hardware);
    const problem = machines === undefined ? undefined : parseHardware(machines).fileProblem;
    if (problem) throw new CommandFailure(`${hardware}:${problem.line} ${problem.message}`, 'configuration');
    const scene = sceneOf(readText(cluster!), machines);
    if (!scene) {
      throw new CommandFailure(
        `${cluster} does not hold exactly one Cluster; hybridge eksa check reports what is wrong with it`,
        'configuration',
      );
    }
    process.stdout.write(drawText(scene));
    if (options.svg !== undefined) writePicture(options.svg, drawSvg(scene));
    return 0;
  },
};

function writePicture(path: string, svg: string): void {
  try {
    writeFileSync(path, svg);
  } catch (error) {
    throw new CommandFailure(`cannot write ${path}: ${messageOf(error)}`, 'io', { cause: error });
  }
  process.stdout.write(`\n${path}\n`);
}

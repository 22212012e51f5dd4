/** `hybridge demo`: synthesizes a topology and runs its gateway on this machine, with the settings that were synthesized. */
import { resolve } from 'node:path';
import { CommandFailure, parseOptions } from '../command.ts';
import type { Command } from '../command.ts';
import { artefactTable } from '../demo/artefacts.ts';
import { runTopology } from '../demo/run.ts';
import { TARGET_WORDS, onTargets, targetWords } from '../demo/settings/sources.ts';
import { synthesize } from '../demo/synthesis.ts';
import { readTopology } from '../demo/topology.ts';
import { Progress } from '../terminal/progress.ts';
import { renderTable } from '../terminal/table.ts';

export const demo: Command = {
  name: 'demo',
  summary: 'synthesize a topology and run its gateway on this machine',
  usage: [
    'Usage: hybridge demo (--app COMMAND | --assembly DIR) [--from TARGETS] [--keep] [--directory DIR]',
    '',
    'Shows what a topology synthesizes to, starts its control plane and data planes as processes with the settings of its manifests,',
    'task definitions, user data and env files (ports moved to free ones, certificate made here, embedded store), creates a service',
    'and a route through the Admin API, calls it through every data plane, and stops everything.',
    '',
    '  --app COMMAND    runs the CDK app, as in cdk.json',
    '  --assembly DIR   uses what was synthesized before, e.g. cdk.out',
    `  --from TARGETS   only data planes on these targets: ${TARGET_WORDS.join(', ')}; default all`,
    '  --keep           leaves the gateway running and prints its URLs; Ctrl-C ends it',
    '  --directory DIR  where logs and working directories go; default .demo',
  ].join('\n'),
  async run(args) {
    const options = parseOptions('demo', args, {
      app: { type: 'string' },
      assembly: { type: 'string' },
      from: { type: 'string', default: 'all' },
      keep: { type: 'boolean', default: false },
      directory: { type: 'string', default: '.demo' },
    });
    if ((options.app === undefined) === (options.assembly === undefined)) {
      throw new CommandFailure('give either --app or --assembly; see hybridge demo --help');
    }
    const targets = targetWords(options.from);
    const directory = resolve(options.directory);
    const assembly = resolve(options.assembly ?? `${directory}/cdk.out`);
    const progress = new Progress();

    if (options.app !== undefined) await progress.step('synthesize', () => synthesize(options.app!, assembly, `${directory}/synth.log`));
    const topology = onTargets(readTopology(assembly), targets);
    process.stdout.write(`\n${renderTable(artefactTable(assembly, [topology.controlPlane, ...topology.dataPlanes]))}\nin ${assembly}\n\n`);
    await runTopology(topology, { assembly, directory, keep: options.keep, progress });
    return 0;
  },
};

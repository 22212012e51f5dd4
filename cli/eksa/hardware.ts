/** `hybridge eksa hardware`: the machines of hardware.csv as Kubernetes objects. */
import { bmcSecret, hardwareObjects, hasBmc, missingSecretComments } from '../../src/eksa/gitops/hardware-objects';
import type { SecretStore } from '../../src/eksa/gitops/hardware-objects';
import { COLUMNS } from '../../src/eksa/hardware/columns';
import type { Hardware, MachineCells } from '../../src/eksa/hardware/hardware-csv';
import { HARDWARE_FILE, machineFromCells, parseHardware } from '../../src/eksa/hardware/hardware-csv';
import { toYaml } from '../../src/eksa/yaml/emit';
import { CommandFailure } from '../command.ts';
import type { Command } from '../command.ts';
import { parseArguments } from './arguments.ts';
import { readText, writeOwnerOnly } from './files.ts';
import { cellTexts } from './fillable-file.ts';
import { fillTexts } from './placeholder-values.ts';

export const hardware: Command = {
  name: 'hardware',
  summary: 'print the machines of hardware.csv as Kubernetes objects, for kubectl and GitOps',
  usage: [
    'Usage: hybridge eksa hardware hardware.csv [--secret-store NAME] [--secrets FILE]',
    '',
    'Prints Hardware and Machine objects, as "eksctl anywhere generate hardware" makes them but without',
    'credentials, so that they can be in Git. For credentials in AWS Secrets Manager an ExternalSecret',
    'can take the place of the Secret; Secrets that have to come from elsewhere are named in a comment.',
    '',
    '  --secret-store NAME  ClusterSecretStore of External Secrets that reads Secrets Manager',
    '  --secrets FILE       writes the Secrets with their values, from the environment or Secrets',
    '                       Manager, for "kubectl apply -f"; mode 0600',
  ].join('\n'),
  async run(args) {
    const {
      options,
      files: [file],
    } = parseArguments(
      'hardware',
      args,
      { 'secret-store': { type: 'string' }, 'secrets': { type: 'string' } },
      { min: 1, max: 1, names: HARDWARE_FILE },
    );
    const { machines } = read(file!);
    const name = options['secret-store'];
    const store: SecretStore | undefined = name === undefined ? undefined : { kind: 'ClusterSecretStore', name };
    const made = hardwareObjects(machines, store);
    if (options.secrets !== undefined) writeOwnerOnly(options.secrets, await secretsOf(machines.filter(hasBmc)));
    process.stdout.write(`${options.secrets === undefined ? missingSecretComments(made) : ''}${toYaml(made.objects)}`);
    return 0;
  },
};

function read(file: string): Hardware {
  const found = parseHardware(readText(file));
  if (found.fileProblem) throw new CommandFailure(`${file}:${found.fileProblem.line} ${found.fileProblem.message}`, 'configuration');
  return found;
}

async function secretsOf(machines: Hardware['machines']): Promise<string> {
  const values = await fillTexts(cellTexts(COLUMNS, machines.map(({ cells }) => COLUMNS.map((column) => cells[column]))), process.env);
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  return toYaml(machines.map((_machine, index) => {
    const cells = Object.fromEntries(COLUMNS.map((column, at) => [column, values[index * COLUMNS.length + at]!])) as MachineCells;
    return bmcSecret(machineFromCells(cells), { username: base64(cells.bmc_username), password: base64(cells.bmc_password) });
  }));
}

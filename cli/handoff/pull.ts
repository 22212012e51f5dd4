/**
 * `hybridge handoff pull`: what a site gets, complete with its secrets, on the machine from which its cluster is
 * administered, or which runs its plane with Docker.
 */
import { join } from 'node:path';
import type { HandedPlane, HandoffIndex } from '../../src/gateway/private/handoff/index-document';
import { CommandFailure, parseOptions } from '../command.ts';
import type { Command } from '../command.ts';
import { renderTable } from '../terminal/table.ts';
import { prepareMachine } from './machine-folder.ts';
import { SECRETS_FILE, chosen, readSite } from './site-files.ts';
import { compareFolder, writeFolder } from './site-folder.ts';
import type { FileChange } from './site-folder.ts';
import { awsSource } from './site-source.ts';

const OPTIONS = {
  site: { type: 'string' }, plane: { type: 'string' }, region: { type: 'string' }, out: { type: 'string' },
  check: { type: 'boolean', default: false }, json: { type: 'boolean', default: false },
} as const;

export const pull: Command = {
  name: 'pull',
  summary: 'write the files of a site to a folder, with all values and secrets filled in',
  usage: [
    'Usage: hybridge handoff pull --site STACK/SITE [--plane NAME] [--region REGION] [--out DIR] [--check] [--json]',
    '',
    'Fetches what the last deployment put into the bucket of the handoff (Handoff.addSite() in the program), and '
      + 'makes Kubernetes Secrets of the secrets of planes',
    'with SecretDelivery.pull(), and files of those of planes for Docker Compose. Credentials are those of any AWS '
      + 'SDK; they must belong to a reader of the site. Only the owner can read the',
    'files. If a value is missing, the command writes nothing. It never prints values.',
    '',
    '  --site STACK/SITE  as the output of the stack says, such as Cloud/factory',
    '  --plane NAME       only this plane of the site',
    '  --region REGION    of the stack (default: as the SDK decides)',
    '  --out DIR          where to write; made if missing (default: the name of the site)',
    '  --check            writes nothing and prints what would change: exit code 1 if something would',
    '  --json             prints { site, out, files } for machines',
  ].join('\n'),
  async run(args) {
    const options = parseOptions('handoff pull', args, OPTIONS);
    const { site, plane, region, check, json } = options;
    if (site === undefined) throw new CommandFailure('handoff pull: --site is missing; see hybridge handoff pull --help');
    if (!/^[A-Za-z][A-Za-z0-9-]*\/[a-z0-9-]+$/.test(site)) {
      throw new CommandFailure(`--site: got '${site}', expected STACK/SITE as the output of the stack says, such as Cloud/factory`);
    }
    const out = options.out ?? site.split('/')[1]!;
    const { index, files } = await readSite(await awsSource(region), site, plane);
    const changes = compareFolder(
      out,
      site,
      files,
      (path) => plane === undefined || path.startsWith(`planes/${plane}/`) || path.startsWith(`machines/${plane}/`),
    );
    const isCurrent = changes.every(({ state }) => state === 'unchanged');
    if (!check) {
      writeFolder(out, site, files, changes);
      for (const machine of chosen(index, site, plane).machines) prepareMachine(out, machine);
    }
    process.stdout.write(
      json
        ? `${JSON.stringify({ site, out, files: changes }, undefined, 2)}\n`
        : report({ out, changes, check, isCurrent, index, site, plane }),
    );
    return check && !isCurrent ? 1 : 0;
  },
};

interface Report {
  readonly out: string;
  readonly changes: readonly FileChange[];
  readonly check: boolean;
  readonly isCurrent: boolean;
  readonly index: HandoffIndex;
  readonly site: string;
  readonly plane?: string | undefined;
}

function report({ out, changes, check, isCurrent, index, site, plane }: Report): string {
  const table = renderTable({ headings: ['file', 'state'], rows: changes.map(({ path, state }) => [join(out, path), state]) });
  if (check) {
    return `${table}\n${isCurrent ? `${out} is what the site gets now` : `${out} is not what the site gets now: pull again, and apply`}\n`;
  }
  const clusters = plane === undefined ? index.clusters : [];
  const { planes, machines } = chosen(index, site, plane);
  return [
    table,
    ...planes.length > 0 ? kubernetesCommands(out, planes, index.fluxFiles) : [],
    ...machines.length > 0 ? [...planes.length > 0 ? [''] : [], 'on the machine of each plane, in this folder:'] : [],
    ...machines.map(({ folder }) => composeCommand(out, folder, changes)),
    ...clusters.length > 0 ? ['', 'to install a cluster:'] : [],
    ...clusters.map(({ name, folder }) => `  hybridge eksa render --assembly-folder ${join(out, folder)} --out ${name}-install`),
    '',
  ].join('\n');
}

/** On the server's side, because otherwise kubectl keeps a copy of each Secret in an annotation. */
function kubernetesCommands(out: string, planes: readonly HandedPlane[], fluxFiles: readonly string[]): string[] {
  const apply = (path: string) => `  kubectl apply --server-side -f ${join(out, path)}`;
  if (fluxFiles.length === 0) return ['on the cluster of each plane:', ...planes.map(({ folder }) => `${apply(folder)}/`)];
  const secrets = planes.filter((each) => each.secrets.length > 0);
  return [
    'on the cluster, once, for Flux to apply the planes:',
    ...fluxFiles.map(apply),
    ...secrets.length > 0 ? ['when their namespaces exist:'] : [],
    ...secrets.map(({ folder }) => apply(`${folder}/${SECRETS_FILE}`)),
  ];
}

/** Compose compares its own file only: a container whose other files changed must be recreated. */
function composeCommand(out: string, folder: string, changes: readonly FileChange[]): string {
  const hasChanged = changes.some(({ path, state }) => path.startsWith(`${folder}/`) && (state === 'changed' || state === 'gone'));
  return `  docker compose --project-directory ${join(out, folder)} up --detach${hasChanged ? ' --force-recreate' : ''}`;
}

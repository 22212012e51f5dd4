/** `hybridge handoff`: what a site gets from AWS. */
import { pull } from '../handoff/pull.ts';
import { commandOf } from '../subcommands.ts';

export const handoff = commandOf('handoff', 'fetch what a site gets from AWS: manifests, files of clusters, secrets', [pull]);

/** Encryption of etcd, which an existing cluster can be given: one provider, a key management plugin on a Unix socket. */
import { shown } from '../finding';
import { parseUrl } from '../syntax/url';
import type { Pair } from './pair';
import type { UpdateRule, Violation } from './rule';

interface KeyManagement {
  readonly name?: string;
  readonly socketListenAddress?: string;
}

interface Encryption {
  readonly providers?: readonly { readonly kms?: KeyManagement }[];
  readonly resources?: readonly string[];
}

/** Where the tools know how to give the API server its plugin. */
const SUPPORTED = ['VSphereDatacenterConfig', 'NutanixDatacenterConfig', 'CloudStackDatacenterConfig'];

export const ENCRYPTION_UPDATE_RULES: readonly UpdateRule[] = [{ id: 'W12', roads: ['api'], check: encryption }];

function* encryption({ new: now }: Pair): Iterable<Violation> {
  const spec = now.cluster.spec;
  const given = spec?.etcdEncryption as readonly Encryption[] | undefined;
  if (given === undefined) return;
  const path = 'Cluster.spec.etcdEncryption';
  if (!SUPPORTED.includes(spec?.datacenterRef?.kind ?? '')) yield { path, message: `is not possible with a ${spec?.datacenterRef?.kind}`, fix: 'remove etcdEncryption' };
  if (given.length !== 1) yield { path, message: `has ${given.length} entries; expected exactly 1`, fix: 'keep one entry' };
  for (const [index, entry] of given.entries()) yield* entryProblems(entry, `${path}[${index}]`);
}

function* entryProblems({ providers = [], resources = [] }: Encryption, path: string): Iterable<Violation> {
  if (providers.length !== 1) yield { path: `${path}.providers`, message: `has ${providers.length} entries; expected exactly 1`, fix: 'give one provider, with kms' };
  for (const [index, { kms }] of providers.entries()) yield* pluginProblems(kms, `${path}.providers[${index}].kms`);
  if (resources.length === 0) yield { path: `${path}.resources`, message: 'is empty; expected what to encrypt', fix: 'name resources, such as secrets' };
}

function* pluginProblems(kms: KeyManagement | undefined, path: string): Iterable<Violation> {
  if (!kms) {
    yield { path, message: 'is missing', fix: 'give name and socketListenAddress' };
    return;
  }
  if (!kms.name) yield { path: `${path}.name`, message: 'is empty; expected the name of the plugin', fix: 'name it' };
  if (parseUrl(kms.socketListenAddress ?? '')?.scheme !== 'unix') {
    yield { path: `${path}.socketListenAddress`, message: `is ${shown(kms.socketListenAddress)}; expected the socket of the plugin, such as 'unix:///var/run/kmsplugin/socket.sock'`, fix: 'use unix://' };
  }
}

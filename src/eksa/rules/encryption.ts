/** Encryption of etcd, which an existing cluster can be given: one provider, a key management plugin on a Unix socket. */
import { asWritten, isOneOf } from '../finding';
import type { ClusterDocument } from '../model/document';
import { parseUrl } from '../syntax/url';
import type { Problem } from './rule';

/** Where the tools know how to give the API server its plugin. */
const SUPPORTED = ['VSphereDatacenterConfig', 'NutanixDatacenterConfig', 'CloudStackDatacenterConfig'];

interface KeyManagement {
  readonly name?: string;
  readonly socketListenAddress?: string;
}

interface Encryption {
  readonly providers?: readonly { readonly kms?: KeyManagement }[];
  readonly resources?: readonly string[];
}

/** What the API refuses. */
export function* encryptionProblems({ spec }: ClusterDocument): Iterable<Problem> {
  const given = spec?.etcdEncryption as readonly Encryption[] | undefined;
  if (given === undefined) return;
  const at = 'spec.etcdEncryption';
  const kind = spec?.datacenterRef?.kind;
  if (!isOneOf(kind, SUPPORTED)) yield { at, message: `is not possible with a ${kind}`, fix: 'remove etcdEncryption' };
  if (given.length !== 1) yield { at, message: `has ${given.length} entries; expected exactly 1`, fix: 'keep one entry' };
  for (const [index, entry] of given.entries()) yield* entryProblems(entry, `${at}[${index}]`);
}

function* entryProblems({ providers = [], resources = [] }: Encryption, at: string): Iterable<Problem> {
  if (providers.length !== 1) {
    yield { at: `${at}.providers`, message: `has ${providers.length} entries; expected exactly 1`, fix: 'give one provider, with kms' };
  }
  for (const [index, { kms }] of providers.entries()) yield* pluginProblems(kms, `${at}.providers[${index}].kms`);
  if (resources.length === 0) {
    yield { at: `${at}.resources`, message: 'is empty; expected what to encrypt', fix: 'name resources, such as secrets' };
  }
}

function* pluginProblems(kms: KeyManagement | undefined, at: string): Iterable<Problem> {
  if (!kms) {
    yield { at, message: 'is missing', fix: 'give name and socketListenAddress' };
    return;
  }
  if (!kms.name) yield { at: `${at}.name`, message: 'is empty; expected the name of the plugin', fix: 'name it' };
  if (parseUrl(kms.socketListenAddress ?? '')?.scheme !== 'unix') {
    yield {
      at: `${at}.socketListenAddress`,
      message: `is ${asWritten(kms.socketListenAddress)}; expected the socket of the plugin, such as `
        + '\'unix:///var/run/kmsplugin/socket.sock\'',
      fix: 'use unix://',
    };
  }
}

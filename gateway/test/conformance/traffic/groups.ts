/** The groups of recordings: where they are, what their node is set to, and which suites are left out. */
import { recorded } from '../../fixtures/recorded.ts';
import type { Suite } from '../suite.ts';
import type { Pki } from './templates.ts';

export interface Group {
  readonly name: string;
  readonly suites: readonly Suite[];
  /** Settings of the recorded node, in addition to the defaults. */
  readonly settings: Readonly<Record<string, string>>;
  /** Upstreams need the ports that they had when recorded. */
  readonly recordedPorts: boolean;
  readonly pki: Pki;
  /** Suites that are not replayed, with the reason. */
  readonly leftOut: readonly (readonly [suite: string, reason: string])[];
}

interface GroupRow {
  readonly settings?: Readonly<Record<string, string>>;
  readonly recordedPorts?: boolean;
  readonly leftOut?: readonly { readonly suites: RegExp; readonly reason: string }[];
}

const GROUPS: Readonly<Record<string, GroupRow>> = {
  router: {},
  headers: {},
  plugins: {},
  balancer: { recordedPorts: true },
};

export const GROUP_NAMES: readonly string[] = Object.keys(GROUPS);

export function groupOf(name: string): Group {
  const { settings = {}, recordedPorts = false, leftOut = [] } = GROUPS[name]!;
  const all = recorded<readonly Suite[]>(name);
  const reasonOf = (id: string) => leftOut.find(({ suites }) => suites.test(id))?.reason;
  return {
    name,
    settings,
    recordedPorts,
    pki: pkiOf(all),
    suites: all.filter(({ id }) => reasonOf(id) === undefined),
    leftOut: all.filter(({ id }) => reasonOf(id) !== undefined).map(({ id }) => [id, reasonOf(id)!] as const),
  };
}

/** Texts by name and part. */
type Certificates = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The certificates of a group, in its suite `pki`. */
function pkiOf(suites: readonly Suite[]): Pki {
  const { pki = {} } = Object(suites.find(({ id }) => id === 'pki')) as { readonly pki?: Certificates };
  return (reference) => {
    const [name = '', part = ''] = reference.split('.');
    const text = pki[name]?.[part];
    if (text === undefined) throw new Error(`the recording has no certificate ${reference}`);
    return text;
  };
}

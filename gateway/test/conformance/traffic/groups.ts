/** The groups of recordings: where they are, what their node is set to, and which suites are left out. */
import { recorded } from '../../fixtures/recorded.ts';
import { isOnPath } from '../../setup/on-path.ts';
import type { Suite, TrafficCase } from '../suite.ts';
import type { Pki } from './templates.ts';

export interface Group {
  readonly name: string;
  readonly suites: readonly Suite[];
  /** Settings of the recorded node, in addition to the defaults. */
  readonly settings: Readonly<Record<string, string>>;
  /** Upstreams need the ports that they had when recorded. */
  readonly recordedPorts: boolean;
  readonly redis: boolean;
  /** Of requests, less is compared. */
  readonly isTelemetry: boolean;
  /** Environment of the node, for references to it. */
  readonly environment: Readonly<Record<string, string>>;
  /** The certificates of a group that has some. */
  readonly pki: Pki | undefined;
  /** Suites that are not replayed, with the reason. */
  readonly leftOut: readonly (readonly [suite: string, reason: string])[];
}

interface LeftOut {
  readonly suites: RegExp;
  readonly reason: string;
}

interface GroupRow {
  readonly settings?: Readonly<Record<string, string>>;
  readonly recordedPorts?: boolean;
  readonly isTelemetry?: boolean;
  /** Suites that need Redis servers. */
  readonly needsRedis?: RegExp;
  readonly leftOut?: readonly LeftOut[];
  /** Environment of the recorded node, for references to it. */
  readonly environment?: (pki: Pki) => Readonly<Record<string, string>>;
}

const GROUPS: Readonly<Record<string, GroupRow>> = {
  router: {},
  headers: {},
  plugins: {},
  balancer: { recordedPorts: true },
  protocols: {
    environment: (pki) => ({
      BB_VAULT_PLAIN: 'plainvalue', BB_VAULT_JSON: '{"a":"jsonA","n":7,"nested":{"x":"deep"}}', BB_EMPTY: '',
      PFX_KEY: 'prefixed-secret', MY_SECRET_KEY: 'dashed', BB_CERT: pki('exact.cert'), BB_KEY: pki('exact.key'),
    }),
    needsRedis: /^redis\/|^vaults\//,
    leftOut: [
      { suites: /^auth\/oauth2$/, reason: 'the plugin oauth2 is not built yet' },
      { suites: /^startup$/, reason: "these are answers of Kong's own command line to wrong settings" },
      { suites: /^pki$/, reason: 'it has certificates, and no cases' },
    ],
  },
  observability: {
    isTelemetry: true,
    settings: {
      KONG_TRACING_INSTRUMENTATIONS: 'all', KONG_TRACING_SAMPLING_RATE: '1',
      KONG_PROXY_ACCESS_LOG: '{{tmp}}/logs/access.log', KONG_PROXY_ERROR_LOG: '{{tmp}}/logs/error.log',
    },
  },
};

/** Cases that are not replayed, by what they need. */
const NEEDS: Readonly<Record<string, string>> = {
  slow: 'it tells once a minute how full the dictionaries of nginx are, which are not here',
  devlog: 'it needs the socket /dev/log of the machine',
};

export const GROUP_NAMES: readonly string[] = Object.keys(GROUPS);

export function groupOf(name: string): Group {
  const { settings = {}, recordedPorts = false, needsRedis, leftOut = [], environment, isTelemetry = false } = GROUPS[name]!;
  const all = recorded<readonly Suite[]>(name);
  const pki = pkiOf(all);
  const redis = needsRedis !== undefined && isOnPath('redis-server');
  const missing = needsRedis && !redis ? [{ suites: needsRedis, reason: 'skipped: redis-server is not installed' }] : [];
  const reasonOf = (id: string) => [...leftOut, ...missing].find(({ suites }) => suites.test(id))?.reason;
  return {
    name,
    settings,
    recordedPorts,
    isTelemetry,
    redis,
    pki,
    environment: pki && environment ? environment(pki) : {},
    suites: all
      .filter(({ id }) => reasonOf(id) === undefined)
      .map((suite) => ({ ...suite, cases: suite.cases.filter((one) => reasonOfCase(one) === undefined) })),
    leftOut: [
      ...all.filter(({ id }) => reasonOf(id) !== undefined).map(({ id }) => [id, reasonOf(id)!] as const),
      ...all.flatMap(({ cases }) => cases.flatMap((one) => reasonOfCase(one) === undefined ? [] : [[one.id, reasonOfCase(one)!] as const])),
    ],
  };
}

function reasonOfCase({ needs = [] }: TrafficCase): string | undefined {
  return [needs].flat().map((need) => NEEDS[need]).find((reason) => reason !== undefined);
}

/** Texts by name and part. */
type Certificates = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The certificates of a group, in its suite `pki`. */
function pkiOf(suites: readonly Suite[]): Pki | undefined {
  const { pki } = Object(suites.find(({ id }) => id === 'pki')) as { readonly pki?: Certificates };
  return pki && ((reference) => {
    const [name = '', part = ''] = reference.split('.');
    const text = pki[name]?.[part];
    if (text === undefined) throw new Error(`the recording has no certificate ${reference}`);
    return text;
  });
}

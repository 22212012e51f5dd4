/** How the text of a setting becomes a value. Each kind says what it expects, for messages and for the reference page. */
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import type { SecureVersion } from 'node:tls';
import { LOG_LEVELS } from '../base/log.ts';

export interface ValueKind<T> {
  /** What to write, e.g. `on or off`. */
  readonly expected: string;
  /** Texts that are valid: at least two, so that one of them is not a setting's default. */
  readonly samples: readonly string[];
  /** @returns undefined when the text is not such a value */
  parse(text: string): T | undefined;
}

export function oneOf<const T extends string>(...allowed: readonly T[]): ValueKind<T> {
  return {
    expected: `one of ${allowed.join(', ')}`,
    samples: allowed,
    parse: (text) => allowed.find((value) => value === text),
  };
}

export const onOff: ValueKind<boolean> = {
  expected: 'on or off',
  samples: ['on', 'off'],
  parse: (text) => ({ on: true, true: true, off: false, false: false } as Record<string, boolean>)[text],
};

export const text: ValueKind<string> = { expected: 'text', samples: ['one', 'two'], parse: (value) => value };

export const path: ValueKind<string> = {
  expected: 'a path', samples: ['/tmp/one', '/tmp/two'], parse: (value) => value.includes('\0') ? undefined : value,
};

/** A path made absolute. */
export const folder: ValueKind<string> = { ...path, parse: (value) => value.includes('\0') ? undefined : resolve(value) };

/** What `key-material.ts` reads. */
export const material: ValueKind<string> = {
  expected: 'a path of a PEM file, the PEM itself, or base64 of it', samples: ['/tmp/one.pem', '/tmp/two.pem'], parse: (value) => value,
};

/** A bucket with an optional prefix, or a folder. */
export const storage: ValueKind<string> = {
  expected: 's3://bucket/prefix or file:///folder',
  samples: ['s3://one-bucket', 'file:///var/lib/one'],
  parse: (value) => (/^(s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/[\w.-]+)*\/?|file:\/\/(\/[\w.-]+)+\/?)$/.test(value) ? value : undefined),
};

export const webAddress: ValueKind<string> = {
  expected: 'a URL such as https://s3.acme.example',
  samples: ['https://s3.acme.example', 'http://127.0.0.1:9000'],
  parse: (value) => (/^https?:\/\/[^\s/]+/.test(value) && URL.canParse(value) ? value : undefined),
};

/** A secret that goes into a header. */
export const secretToken: ValueKind<string> = {
  expected: '16 to 1024 visible ASCII characters',
  samples: ['one-token-of-an-example', 'another-token-of-an-example'],
  parse: (value) => (/^[\x21-\x7e]{16,1024}$/.test(value) ? value : undefined),
};

/** Comma-separated, blanks around items ignored, empty items dropped. */
export const list: ValueKind<readonly string[]> = { expected: 'a comma-separated list', samples: ['one', 'one, two'], parse: splitList };

/** A list whose items are of a fixed set, whatever their case; they become what the set says. */
export function listOf<const T extends string>(...allowed: readonly T[]): ValueKind<readonly T[]> {
  const known = new Map<string, T>(allowed.map((item) => [item.toLowerCase(), item]));
  return {
    expected: `a comma-separated list of ${allowed.join(', ')}`,
    samples: allowed,
    parse: (value) => {
      const items = splitList(value).map((item) => known.get(item.toLowerCase()));
      return items.every((item) => item !== undefined) ? items : undefined;
    },
  };
}

export const logLevel = oneOf(...LOG_LEVELS);

export const uuid: ValueKind<string> = {
  expected: 'a UUID',
  samples: ['5d82e8e2-7a0f-45a2-9563-23b4df5d5821', '00000000-0000-4000-8000-000000000001'],
  parse: (value) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value) ? value.toLowerCase() : undefined,
};

export function integer(minimum: number, maximum: number = Number.MAX_SAFE_INTEGER): ValueKind<number> {
  const range = maximum === Number.MAX_SAFE_INTEGER ? `${minimum} or more` : `between ${minimum} and ${maximum}`;
  return {
    expected: `a whole number, ${range}`,
    samples: [String(minimum), String(minimum + 1)],
    parse: (value) => {
      const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
      return number >= minimum && number <= maximum ? number : undefined;
    },
  };
}

/** Most processes of one node. */
const MAX_PROCESSES = 256;

/** Number of processes; `auto` leaves it to the machine. */
export const processCount: ValueKind<number | 'auto'> = {
  expected: `auto, or a whole number between 1 and ${MAX_PROCESSES}`,
  samples: ['auto', '2'],
  parse: (value) => value === 'auto' ? 'auto' : integer(1, MAX_PROCESSES).parse(value),
};

/** A number with a fraction. */
export function decimal(minimum: number, maximum: number = Number.MAX_VALUE): ValueKind<number> {
  return {
    expected: maximum === Number.MAX_VALUE ? `a number, ${minimum} or more` : `a number between ${minimum} and ${maximum}`,
    samples: [String(minimum), String(minimum + 1)],
    parse: (value) => {
      const number = /^\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
      return number >= minimum && number <= maximum ? number : undefined;
    },
  };
}

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 } as const;

/** Seconds, written as nginx does. */
export const duration: ValueKind<number> = {
  expected: 'seconds, or a number with s, m, h, d or w',
  samples: ['300', '1h', '2d'],
  parse: (value) => {
    const [, count, unit = 's'] = /^(\d+)([smhdw])?$/.exec(value) ?? [];
    return count === undefined ? undefined : Number(count) * SECONDS[unit as keyof typeof SECONDS];
  },
};

const TLS_VERSIONS = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;

/** Versions of TLS from the oldest to the newest, without a gap. */
export const tlsVersions: ValueKind<readonly SecureVersion[]> = {
  expected: `versions of TLS without a gap, separated by blanks: ${TLS_VERSIONS.join(' ')}`,
  samples: ['TLSv1.2 TLSv1.3', 'TLSv1.3'],
  parse: (value) => {
    const given = new Set(value.split(/\s+/));
    const versions = TLS_VERSIONS.filter((version) => given.has(version));
    const [oldest, newest] = [TLS_VERSIONS.indexOf(versions[0]!), TLS_VERSIONS.indexOf(versions.at(-1)!)];
    return versions.length === given.size && newest - oldest === versions.length - 1 ? versions : undefined;
  },
};

/** Bytes, or with `k` or `m`, as nginx writes sizes. */
export const size: ValueKind<string> = {
  expected: 'a size, e.g. 128m', samples: ['64k', '256m'], parse: (value) => /^\d+[kmg]?$/i.test(value) ? value : undefined,
};

/** Addresses and CIDRs. `unix:` is accepted and means nothing here: no listener is a Unix socket. */
export const networks: ValueKind<readonly string[]> = {
  expected: 'a comma-separated list of addresses or CIDRs, e.g. 10.0.0.0/8',
  samples: ['10.0.0.0/8', '::/0'],
  parse: (value) => {
    const items = splitList(value).filter((item) => item !== 'unix:');
    return items.every(isNetwork) ? items : undefined;
  },
};

function isNetwork(item: string): boolean {
  const [address = '', bits, ...rest] = item.split('/');
  const longest = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return longest > 0 && rest.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= longest));
}

interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** `host:port`, IPv6 in brackets; several are tried in turn. */
export const endpoints: ValueKind<readonly Endpoint[]> = {
  expected: 'host:port, or several separated by commas',
  samples: ['one.example:8005', 'one.example:8005, [::1]:8005'],
  parse: (value) => {
    const parsed = splitList(value).map(parseEndpoint);
    return parsed.length > 0 && parsed.every((endpoint) => endpoint !== undefined) ? parsed : undefined;
  },
};

export const endpoint: ValueKind<Endpoint> = { expected: 'host:port', samples: ['one.example:8006', '[::1]:8006'], parse: parseEndpoint };

const LABEL = /^[a-z0-9]([\w.:-]*[a-z0-9])?$/i;
const RESERVED_LABEL = /^(kong|konnect|insomnia|mesh|kic)/i;

/** At most ten `key:value` pairs; the rules are those of Kong's `cluster_dp_labels`. */
export const labels: ValueKind<Readonly<Record<string, string>>> = {
  expected: 'up to 10 key:value pairs separated by commas; keys and values of 1 to 63 letters, digits, ., :, _ or -, beginning and '
    + 'ending with a '
    + 'letter or digit; keys not beginning with kong, konnect, insomnia, mesh or kic',
  samples: ['region:eu', 'region:eu, site:one'],
  parse: (value) => {
    const pairs = splitList(value).map((item) => {
      const colon = item.indexOf(':');
      return [item.slice(0, colon), item.slice(colon + 1)] as const;
    });
    const isLabel = (part: string) => part.length >= 1 && part.length <= 63 && LABEL.test(part);
    const valid = pairs.length <= 10 && pairs.every(([key, label]) => isLabel(key) && isLabel(label) && !RESERVED_LABEL.test(key));
    return valid ? Object.fromEntries(pairs) : undefined;
  },
};

function parseEndpoint(value: string): Endpoint | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^\s:/[\]]+)):(\d{1,5})$/i.exec(value);
  const port = Number(match?.[3]);
  return match && port >= 1 && port <= 65535 ? { host: (match[1] ?? match[2])!, port } : undefined;
}

export function splitList(value: string): readonly string[] {
  return value.split(',').map((item) => item.trim()).filter((item) => item !== '');
}

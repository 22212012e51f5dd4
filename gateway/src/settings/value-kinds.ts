/** How the text of a setting becomes a value. Each kind says what it expects, for messages and for the reference page. */
import { LOG_LEVELS } from '../base/log.ts';

export interface ValueKind<T> {
  /** What a person should write, e.g. `on or off`. */
  readonly expected: string;
  /** @returns undefined when the text is not such a value */
  parse(text: string): T | undefined;
}

export function oneOf<const T extends string>(...allowed: readonly T[]): ValueKind<T> {
  return {
    expected: `one of ${allowed.join(', ')}`,
    parse: (text) => allowed.find((value) => value === text),
  };
}

export const onOff: ValueKind<boolean> = {
  expected: 'on or off',
  parse: (text) => ({ on: true, true: true, off: false, false: false } as Record<string, boolean>)[text],
};

export const text: ValueKind<string> = { expected: 'text', parse: (value) => value };

export const path: ValueKind<string> = { expected: 'a path', parse: (value) => value.includes('\0') ? undefined : value };

/** Comma-separated, blanks around items ignored, empty items dropped. */
export const list: ValueKind<readonly string[]> = { expected: 'a comma-separated list', parse: splitList };

export const logLevel = oneOf(...LOG_LEVELS);

export const uuid: ValueKind<string> = {
  expected: 'a UUID',
  parse: (value) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value) ? value.toLowerCase() : undefined,
};

export function integer(minimum: number, maximum: number = Number.MAX_SAFE_INTEGER): ValueKind<number> {
  const range = maximum === Number.MAX_SAFE_INTEGER ? `${minimum} or more` : `between ${minimum} and ${maximum}`;
  return {
    expected: `a whole number, ${range}`,
    parse: (value) => {
      const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
      return number >= minimum && number <= maximum ? number : undefined;
    },
  };
}

/** A CIDR, an address, or `unix:`. Its digits are checked where it is used. */
export const networks: ValueKind<readonly string[]> = {
  expected: 'a comma-separated list of addresses or CIDRs, e.g. 10.0.0.0/8',
  parse: (value) => {
    const items = splitList(value);
    return items.every((item) => /^([0-9a-f.:]+(\/\d{1,3})?|unix:)$/i.test(item)) ? items : undefined;
  },
};

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** `host:port`, IPv6 in brackets; several are tried in turn. */
export const endpoints: ValueKind<readonly Endpoint[]> = {
  expected: 'host:port, or several separated by commas',
  parse: (value) => {
    const parsed = splitList(value).map(parseEndpoint);
    return parsed.length > 0 && parsed.every((endpoint) => endpoint !== undefined) ? parsed : undefined;
  },
};

export const endpoint: ValueKind<Endpoint> = { expected: 'host:port', parse: parseEndpoint };

const LABEL = /^[a-z0-9]([\w.:-]*[a-z0-9])?$/i;
const RESERVED_LABEL = /^(kong|konnect|insomnia|mesh|kic)/i;

/** At most ten `key:value` pairs; the rules are those of Kong's `cluster_dp_labels`. */
export const labels: ValueKind<Readonly<Record<string, string>>> = {
  expected: 'up to 10 key:value pairs separated by commas; keys and values of 1 to 63 letters, digits, ., :, _ or -, beginning and ending with a '
    + 'letter or digit; keys not beginning with kong, konnect, insomnia, mesh or kic',
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

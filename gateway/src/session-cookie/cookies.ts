/** A text in cookies: one, or several where it is too long for one (RFC 6265 §6.1). */
import { cookieOf } from '../plugin-kit/cookies.ts';
import type { ClientRequest } from '../plugin-kit/exchange.ts';

export interface CookieOptions {
  readonly name: string;
  /** @default '/' */
  readonly path?: string | undefined;
  /** @default - the host that answered */
  readonly domain?: string | undefined;
  /** `Default` leaves it to the browser. @default 'Strict' */
  readonly sameSite?: string | undefined;
  /** Whether browsers send it over https only. @default true */
  readonly secure?: boolean | undefined;
  /** Whether scripts cannot read it. @default true */
  readonly httpOnly?: boolean | undefined;
  /** Seconds after which browsers forget it. @default - when they are closed */
  readonly maxAgeSeconds?: number | undefined;
}

/** What browsers keep of one cookie with its attributes. Bytes. */
const MAX_COOKIE_BYTES = 4096;

/** More would come near the limit of a request's head. */
const MAX_PARTS = 8;

/** The first part says how many there are: a part that an earlier, longer text has left behind does not count. */
const FIRST_PART = /^([1-8])\.(.*)$/;

const LONG_AGO = 'Thu, 01 Jan 1970 00:00:01 GMT';

export interface TextCookie {
  /** @returns `undefined` when a part is missing */
  read(request: Pick<ClientRequest, 'headerValues'>): string | undefined;
  /** Values of Set-Cookie, which also end parts that the request has and the text does not need. `undefined`: the text is too long. */
  write(text: string, request: Pick<ClientRequest, 'headerValues'>, nowMs: number): readonly string[] | undefined;
  /** Values of Set-Cookie that end each part which the request has, and the first in any case. */
  clear(request: Pick<ClientRequest, 'headerValues'>): readonly string[];
}

export function textCookie(options: CookieOptions): TextCookie {
  const { name, maxAgeSeconds } = options;
  const attributes = attributesOf(options);
  const ends = (nowMs: number) => (maxAgeSeconds === undefined ? '' : lifetime(new Date(nowMs + maxAgeSeconds * 1000), maxAgeSeconds));
  const partName = (number: number) => (number === 1 ? name : `${name}_${number}`);
  const capacity = MAX_COOKIE_BYTES - Buffer.byteLength(`${partName(MAX_PARTS)}=1.${attributes}${ends(0)}`) - 16;
  const end = (request: Pick<ClientRequest, 'headerValues'>, from: number): readonly string[] => (
    Array.from({ length: MAX_PARTS - from + 1 }, (_, at) => partName(from + at)).filter((part) => cookieOf(request, part) !== undefined)
      .map(ended));
  const ended = (part: string): string => `${part}=${attributes}; expires=${LONG_AGO}; Max-Age=0`;

  return {
    read: (request) => {
      const [, count, first] = FIRST_PART.exec(cookieOf(request, name) ?? '') ?? [];
      if (count === undefined || first === undefined) return undefined;
      let text = first;
      for (let number = 2; number <= Number(count); number += 1) {
        const part = cookieOf(request, partName(number));
        if (part === undefined) return undefined;
        text += part;
      }
      return text;
    },
    write: (text, request, nowMs) => {
      const parts = Array.from({ length: Math.ceil(text.length / capacity) }, (_, at) => text.slice(at * capacity, (at + 1) * capacity));
      if (parts.length > MAX_PARTS) return undefined;
      const lines = parts.map((part, at) => `${partName(at + 1)}=${at === 0 ? `${parts.length}.` : ''}${part}${attributes}${ends(nowMs)}`);
      return [...lines, ...end(request, parts.length + 1)];
    },
    clear: (request) => [ended(name), ...end(request, 2)],
  };
}

function attributesOf({ path = '/', domain, sameSite = 'Strict', secure = true, httpOnly = true }: CookieOptions): string {
  return [
    domain === undefined ? '' : `; Domain=${domain}`,
    `; Path=${path}`,
    sameSite === 'Default' ? '' : `; SameSite=${sameSite}`,
    secure ? '; Secure' : '',
    httpOnly ? '; HttpOnly' : '',
  ].join('');
}

function lifetime(end: Date, seconds: number): string {
  return `; expires=${end.toUTCString()}; Max-Age=${seconds}`;
}

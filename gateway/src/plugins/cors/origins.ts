/** Which origins of pages may use an API. */
import { regularExpression } from '../../model/formats/regular-expression.ts';

/** What `Access-Control-Allow-Origin` says to an origin; `undefined`: nothing. */
export interface AllowedOrigins {
  /** Whether every origin gets the same answer, so that caches need not tell them apart. */
  readonly allowsAll: boolean;
  answerTo(origin: string | undefined): string | undefined;
}

/** An origin in its shortest form, and its host alone. */
interface Origin {
  readonly text: string;
  readonly host: string;
}

const EVERY: AllowedOrigins = { allowsAll: true, answerTo: () => '*' };

const PLAIN = /^[A-Za-z0-9.:/-]+$/;

export function allowedOrigins(configured: readonly string[]): AllowedOrigins {
  const [first, second] = configured;
  if (first === undefined || (first === '*' && second === undefined)) return EVERY;
  // Every client gets the one plain origin: a browser compares.
  if (second === undefined && PLAIN.test(first)) return { allowsAll: false, answerTo: () => first };
  if (configured.includes('*')) return { allowsAll: true, answerTo: (origin) => origin === undefined ? undefined : '*' };
  const tests = configured.map(testOf);
  return {
    allowsAll: false,
    answerTo: (given) => {
      if (given === undefined) return undefined;
      const origin = originOf(given);
      return tests.some((test) => test(origin)) ? origin.text : undefined;
    },
  };
}

function testOf(entry: string): (origin: Origin) => boolean {
  if (PLAIN.test(entry)) {
    const { text } = originOf(entry);
    return (origin) => origin.text === text;
  }
  // An expression matches the whole origin, or the whole host where it names no scheme and no port.
  const expression = regularExpression(`^(?:${entry.replace(/^\^/, '').replace(/\$$/, '')})$`);
  return entry.includes(':') ? ({ text }) => expression.test(text) : ({ host }) => expression.test(host);
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: '80', https: '443' };

function originOf(text: string): Origin {
  const [, scheme, host, port] = /^(?:([a-z][a-z0-9+.-]*):)?\/\/(?:[^/?#@]*@)?([^/?#:]+|\[[^\]]*\])(?::(\d*))?/i.exec(text) ?? [];
  if (host === undefined) return { text, host: text };
  const shownPort = port === undefined || port === '' || port === DEFAULT_PORTS[scheme ?? ''] ? '' : `:${port}`;
  return { text: `${scheme === undefined ? '' : `${scheme}://`}${host}${shownPort}`, host };
}

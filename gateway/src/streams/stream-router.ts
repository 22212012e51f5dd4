/** Finds the route of a stream by its ends and its server name. Built once for each configuration. */
import { addressSet } from '../base/ip-range.ts';
import { checkedExpression } from '../model/expressions/check.ts';
import type { Route } from '../model/snapshot.ts';
import { isStreamProtocol } from '../model/stream-protocols.ts';
import { compileStreamExpression } from './stream-expression.ts';
import type { StreamInput } from './stream-input.ts';

interface Matcher {
  readonly route: Route;
  /** Higher values match first: by the priority of an expression, the kinds of conditions, and how narrow they are. */
  readonly precedence: readonly number[];
  accepts(input: StreamInput): boolean;
}

export class StreamRouter {
  readonly #plain: readonly Matcher[];
  readonly #secure: readonly Matcher[];
  readonly #datagrams: readonly Matcher[];

  /** @param failed called for each route that cannot be compiled, and is left out */
  constructor(routes: readonly Route[], failed: (route: Route, error: unknown) => void = () => undefined) {
    const matchers = routes.filter(({ protocols }) => protocols.some(isStreamProtocol)).flatMap((route) => {
      try {
        return [matcherOf(route)];
      } catch (error) {
        failed(route, error);
        return [];
      }
    }).sort(byPrecedence);
    const ofProtocol = (...wanted: readonly string[]) => matchers.filter(({ route: { protocols } }) => (
      protocols.some((protocol) => wanted.includes(protocol))));
    this.#secure = ofProtocol('tls', 'tls_passthrough');
    this.#datagrams = ofProtocol('udp');
    const plain = ofProtocol('tcp');
    // As in Kong, a plain stream is also taken by routes for TLS, whose server names do not count then.
    this.#plain = [...plain, ...this.#secure.filter((matcher) => !plain.includes(matcher))];
  }

  find(input: StreamInput): Route | undefined {
    const matchers = input.protocol === 'tls' ? this.#secure : input.protocol === 'udp' ? this.#datagrams : this.#plain;
    return matchers.find((matcher) => matcher.accepts(input))?.route;
  }
}

function byPrecedence(a: Matcher, b: Matcher): number {
  for (const [index, value] of a.precedence.entries()) {
    const other = b.precedence[index]!;
    if (value !== other) return other - value;
  }
  return a.route.id < b.route.id ? -1 : 1;
}

/** Kong's `sources` and `destinations`: an address or a range, a port, or both. */
interface End {
  readonly ip?: string | null;
  readonly port?: number | null;
}

function matcherOf(route: Route): Matcher {
  if (route.expression !== undefined) {
    const accepts = compileStreamExpression(checkedExpression(route.expression, route.protocols));
    return { route, accepts, precedence: [1, route.priority ?? 0, 0, 0, 0, 0, -route.createdAt] };
  }
  const [sources, destinations] = [endsOf(route.row.sources), endsOf(route.row.destinations)];
  const { snis } = route;
  const fromSource = endTest(sources);
  const toDestination = endTest(destinations);
  const hasName = nameTest(snis);
  return {
    route,
    precedence: [
      0,
      [snis, sources, destinations].filter(({ length }) => length > 0).length,
      snis.length === 0 ? 0 : snis.some((name) => name.includes('*')) ? 1 : 2,
      sources.length > 0 ? 1 : 0, narrowness(sources), narrowness(destinations),
      -route.createdAt,
    ],
    accepts: (input) => (snis.length === 0 || input.protocol !== 'tls' || (input.serverName !== undefined && hasName(input.serverName)))
      && fromSource(input.sourceIp, input.sourcePort) && toDestination(input.destinationIp, input.destinationPort),
  };
}

function endsOf(value: unknown): readonly End[] {
  return Array.isArray(value) ? value as readonly End[] : [];
}

/** An address before a port before a range; an address with a port before each alone. */
function narrowness(ends: readonly End[]): number {
  return ends.reduce((bits, { ip, port }) => {
    const address = typeof ip !== 'string' ? 0 : ip.includes('/') ? 1 : 8;
    return bits | address | (typeof port === 'number' ? 4 : 0);
  }, 0);
}

function endTest(ends: readonly End[]): (ip: string, port: number) => boolean {
  if (ends.length === 0) return () => true;
  const tests = ends.map(({ ip, port }) => {
    const isIn = typeof ip === 'string' ? rangeTest(ip) : () => true;
    return (givenIp: string, givenPort: number) => (typeof port !== 'number' || port === givenPort) && isIn(givenIp);
  });
  return (ip, port) => tests.some((test) => test(ip, port));
}

/** A range of IPv6 contains no IPv4 address, though it may be written as one: `::/0` is every address of IPv6. */
function rangeTest(range: string): (address: string) => boolean {
  const isIn = addressSet([range]);
  return (address) => address.includes(':') === range.includes(':') && isIn(address);
}

/** With regard to case, as in Kong. A wildcard in place of the first or the last label stands for any number of labels. */
function nameTest(snis: readonly string[]): (name: string) => boolean {
  const exact = new Set(snis.map((name) => name.replace(/\.$/, '')));
  const ends = snis.filter((name) => name.startsWith('*')).map((name) => name.slice(1));
  const beginnings = snis.filter((name) => name.endsWith('*')).map((name) => name.slice(0, -1));
  return (name) => exact.has(name)
    || ends.some((end) => name.length > end.length && name.endsWith(end))
    || beginnings.some((beginning) => name.length > beginning.length && name.startsWith(beginning));
}

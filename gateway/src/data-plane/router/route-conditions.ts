/** What requests have to match, the path apart: one condition for each field of a route, as the router tests it and `explain` tells it. */
import { messageOf } from '../../base/errors.ts';
import { addressSet } from '../../base/ip-range.ts';
import type { RouterFlavor } from '../../base/router-flavor.ts';
import { regularExpression } from '../../model/formats/regular-expression.ts';
import type { RegularExpression } from '../../model/formats/regular-expression.ts';
import type { Route } from '../../model/snapshot.ts';
import { hostPattern, hostTest } from './host-pattern.ts';
import type { ConnectionEnds, RouterInput } from './router-input.ts';

export type Test = (input: RouterInput) => boolean;

export interface RouteCondition {
  /** The field of the route, e.g. `methods` or `headers.x-version`. */
  readonly field: string;
  /** What the route accepts. */
  readonly expected: readonly string[];
  /** What the request has. */
  readonly given: (input: RouterInput) => readonly string[];
  readonly holds: Test;
  /** Name and values in lower case, where an index of exact values can find the route by them. */
  readonly header?: readonly [name: string, values: readonly string[]];
}

/** @throws Error for an invalid regular expression */
export function conditionsOf(route: Route, flavor: RouterFlavor): readonly RouteCondition[] {
  const { methods, snis, row } = route;
  return [
    condition('methods', methods, methodTest(methods), ({ method }) => [method]),
    condition('hosts', route.hosts, hostTest(route.hosts.map((host) => hostPattern(host, flavor))), ({ host }) => [host]),
    condition('snis', snis, sniTest(snis), ({ sni }) => (sni === undefined ? [] : [sni])),
    ...Object.entries(route.headers).map(([name, values]) => headerCondition(name, values, flavor)),
    endCondition('sources', row.sources, sourceOf),
    endCondition('destinations', row.destinations, destinationOf),
  ].filter((made) => made !== undefined);
}

function condition(
  field: string, expected: readonly string[], holds: Test | undefined, given: RouteCondition['given'],
): RouteCondition | undefined {
  return holds === undefined ? undefined : { field, expected, given, holds };
}

function methodTest(methods: readonly string[]): Test | undefined {
  if (methods.length === 0) return undefined;
  const accepted = new Set(methods);
  return (input) => accepted.has(input.method);
}

/** Values after `~*` are regular expressions, which match without regard to case; with the flavor `traditional`, a single one only. */
function headerCondition(name: string, values: readonly string[], flavor: RouterFlavor): RouteCondition {
  const [sources = [], exact = []] = flavor === 'traditional' && values.length > 1 ? [[], values] : splitValues(values);
  const accepted = new Set(exact.map(lower));
  const expressions = sources.map((value) => compileExpression(`(?i)${value.slice(2)}`, `header ${name}`));
  return {
    field: `headers.${name}`,
    expected: values,
    given: (input) => input.headerValues(name),
    holds: (input) => hasValue(input.headerValues(name), accepted, expressions),
    ...expressions.length === 0 && { header: [name, [...accepted]] as const },
  };
}

function hasValue(values: readonly string[], accepted: ReadonlySet<string>, expressions: readonly RegularExpression[]): boolean {
  return values.some((value) => {
    const compared = lower(value);
    return accepted.has(compared) || expressions.some((expression) => expression.test(compared));
  });
}

function splitValues(values: readonly string[]): readonly [expressions: readonly string[], exact: readonly string[]] {
  const isExpression = (value: string): boolean => value.startsWith('~*');
  return [values.filter(isExpression), values.filter((value) => !isExpression(value))];
}

/** Requests without TLS have no server name: the condition counts for https only. */
function sniTest(snis: readonly string[]): Test | undefined {
  if (snis.length === 0) return undefined;
  const accepted = new Set(snis.map((sni) => sni.replace(/(?<=.)\.$/, '')));
  return (input) => input.scheme !== 'https' || accepted.has(input.sni ?? '');
}

/** An end of a connection as routes name it: only those of nodes with the flavor `expressions` have both HTTP and ends. */
interface End {
  readonly ip: string | null;
  readonly port: number | null;
}

type ReadEnd = (ends: ConnectionEnds, port: number) => { readonly ip: string; readonly port: number };

const sourceOf: ReadEnd = ({ sourceIp, sourcePort }) => ({ ip: sourceIp, port: sourcePort });
const destinationOf: ReadEnd = ({ destinationIp }, port) => ({ ip: destinationIp, port });

function endCondition(field: string, wanted: unknown, read: ReadEnd): RouteCondition | undefined {
  if (!isList(wanted)) return undefined;
  const ends = wanted as readonly End[];
  const tests = ends.map(({ ip, port }) => ({ has: ip === null ? undefined : addressSet([ip]), port }));
  return {
    field,
    expected: ends.map(({ ip, port }) => `${ip ?? '*'}:${port ?? '*'}`),
    given: (input) => {
      const { ip, port } = read(input.ends, input.port);
      return [`${ip}:${port}`];
    },
    holds: (input) => {
      const end = read(input.ends, input.port);
      return tests.some(({ has, port }) => (has === undefined || has(end.ip)) && (port === null || port === end.port));
    },
  };
}

export function isList(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0;
}

/** @param where named by the error */
export function compileExpression(pattern: string, where: string): RegularExpression {
  try {
    return regularExpression(pattern);
  } catch (error) {
    throw new Error(`${where}: not a valid regular expression: ${messageOf(error)}`, { cause: error });
  }
}

function lower(text: string): string {
  return text.toLowerCase();
}

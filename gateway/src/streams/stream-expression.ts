/** Conditions of stream routes in the language of route expressions: what of a stream their fields stand for. */
import { predicateTest } from '../data-plane/router/expression-predicate.ts';
import type { Expression } from '../model/expressions/syntax.ts';
import type { StreamInput } from './stream-input.ts';

type Values = readonly (string | bigint)[];

const FIELDS: Readonly<Record<string, (input: StreamInput) => Values>> = {
  'net.protocol': ({ protocol }) => [protocol],
  'tls.sni': ({ serverName }) => serverName === undefined ? [] : [serverName],
  'net.src.ip': ({ sourceIp }) => [sourceIp],
  'net.src.port': ({ sourcePort }) => [BigInt(sourcePort)],
  'net.dst.ip': ({ destinationIp }) => [destinationIp],
  'net.dst.port': ({ destinationPort }) => [BigInt(destinationPort)],
};

/** @param expression one that the check for protocols of streams accepts */
export function compileStreamExpression(expression: Expression): (input: StreamInput) => boolean {
  if (expression.kind === 'predicate') {
    const read = FIELDS[expression.field]!;
    const test = predicateTest(expression);
    return (input) => test(read(input));
  }
  if (expression.kind === 'not') {
    const test = compileStreamExpression(expression.of);
    return (input) => !test(input);
  }
  const tests = expression.of.map(compileStreamExpression);
  return expression.kind === 'all' ? (input) => tests.every((test) => test(input)) : (input) => tests.some((test) => test(input));
}

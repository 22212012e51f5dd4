/** Which fields expressions may use, and whether operators fit their types. */
import { isIP } from 'node:net';

import { isFirstOfRange } from '../formats/host-names.ts';
import { regularExpressionViolation } from '../formats/regular-expression.ts';
import { ExpressionProblem } from './problem.ts';
import { parseExpression } from './syntax.ts';
import type { Expression, Operator, Predicate } from './syntax.ts';

type FieldType = 'text' | 'number' | 'address';

interface FieldFamily {
  readonly pattern: RegExp;
  readonly type: FieldType;
  /** Whether connections without HTTP have it. */
  readonly ofStreams: boolean;
}

const SEGMENTS = /^http\.path\.segments\.(?:0|[1-9]\d{0,3})(?:_[1-9]\d{0,3})?$/;

const FIELDS: readonly FieldFamily[] = [
  { pattern: /^(?:net\.protocol|tls\.sni)$/, type: 'text', ofStreams: true },
  { pattern: /^net\.(?:src|dst)\.ip$/, type: 'address', ofStreams: true },
  { pattern: /^net\.(?:src|dst)\.port$/, type: 'number', ofStreams: true },
  { pattern: /^http\.(?:method|host|path)$/, type: 'text', ofStreams: false },
  { pattern: /^http\.path\.segments\.len$/, type: 'number', ofStreams: false },
  { pattern: SEGMENTS, type: 'text', ofStreams: false },
  { pattern: /^http\.(?:headers|queries)\../, type: 'text', ofStreams: false },
];

const OPERATORS: Readonly<Record<FieldType, readonly Operator[]>> = {
  text: ['==', '!=', '~', '^=', '=^', 'contains'],
  number: ['==', '!=', '>', '>=', '<', '<='],
  address: ['==', '!=', 'in', 'not in'],
};

const VALUES: Readonly<Record<FieldType, string>> = {
  text: 'a text in quotes', number: 'a number', address: 'an address, or with in a CIDR',
};

/**
 * @param protocols of the route: those of streams have no fields of HTTP
 * @throws ExpressionProblem with the position of what is wrong
 */
export function checkedExpression(source: string, protocols: readonly string[]): Expression {
  const expression = parseExpression(source);
  const isStream = protocols.length > 0 && protocols.every((protocol) => /^(?:tcp|udp|tls)/.test(protocol));
  for (const predicate of predicatesOf(expression)) check(predicate, source, isStream);
  return expression;
}

export function predicatesOf(expression: Expression): readonly Predicate[] {
  if (expression.kind === 'predicate') return [expression];
  return expression.kind === 'not' ? predicatesOf(expression.of) : expression.of.flatMap(predicatesOf);
}

function check(predicate: Predicate, source: string, isStream: boolean): void {
  const { field, operator, value, from, to, fieldTo, valueFrom } = predicate;
  const problem = (reason: string, start: number, end: number): ExpressionProblem => new ExpressionProblem(source, reason, start, end);
  const family = FIELDS.find(({ pattern, ofStreams }) => pattern.test(field) && (ofStreams || !isStream));
  if (family === undefined) throw problem(fieldProblem(field, isStream), from, fieldTo);
  const { type } = family;
  if (predicate.lower && type !== 'text') throw problem(`lower() is for texts, ${field} is ${VALUES[type]}`, from, fieldTo);
  if (!OPERATORS[type].includes(operator)) {
    throw problem(`${operator} does not compare ${field}: expected one of ${OPERATORS[type].join(' ')}`, from, to);
  }
  if (value.type !== type) throw problem(`${field} is compared with ${VALUES[type]}`, valueFrom, to);
  const violation = operator === '~' && value.type === 'text' ? regularExpressionViolation(value.text)
    : value.type === 'address' ? addressProblem(value.text, operator) : undefined;
  if (violation !== undefined) throw problem(violation, valueFrom, to);
}

function fieldProblem(field: string, isStream: boolean): string {
  if (field.startsWith('http.path.segments.')) {
    return 'illformed http.path.segments.* field: expected a number, a range such as 0_2, or len';
  }
  const families = isStream ? ['net.*', 'tls.sni'] : ['net.*', 'tls.sni', 'http.*'];
  return `unknown field ${field}: expected one of ${families.join(', ')}`;
}

function addressProblem(text: string, operator: Operator): string | undefined {
  const isRange = text.includes('/');
  if (isRange !== operator.endsWith('in')) {
    return isRange ? `${operator} compares with one address: use in for a CIDR` : `${operator} needs a CIDR, such as ${text}/32`;
  }
  const [address = '', bits] = text.split('/');
  const family = isIP(address);
  if (family === 0 || Number(bits ?? 0) > (family === 4 ? 32 : 128)) return 'invalid address or CIDR';
  const range = family === 4 ? `::ffff:${address}/${96 + Number(bits ?? 32)}` : text;
  return isRange && !isFirstOfRange(range) ? 'host part of address was not zero' : undefined;
}

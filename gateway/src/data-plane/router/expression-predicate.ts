/** Compares the values of a field with the value of a predicate. A field without values matches nothing, not even `!=`. */
import { addressSet } from '../../base/ip-range.ts';
import type { Predicate } from '../../model/expressions/syntax.ts';
import { regularExpression } from '../../model/formats/regular-expression.ts';
import type { Values } from './expression-fields.ts';

type Compare = (value: string | bigint) => boolean;

/** All values have to match, or one of them with `any()`. */
export function predicateTest(predicate: Predicate): (values: Values) => boolean {
  const compare = predicate.lower ? lowered(comparison(predicate)) : comparison(predicate);
  return predicate.any ? (values) => values.some(compare) : (values) => values.length > 0 && values.every(compare);
}

function lowered(compare: Compare): Compare {
  return (value) => compare((value as string).toLowerCase());
}

function comparison({ operator, value }: Predicate): Compare {
  if (value.type === 'number') return numberComparison(operator, value.number) as Compare;
  if (value.type === 'address') {
    const isIn = addressSet([value.text]);
    return operator === '!=' || operator === 'not in' ? (given) => !isIn(given as string) : (given) => isIn(given as string);
  }
  return textComparison(operator, value.text) as Compare;
}

function numberComparison(operator: Predicate['operator'], number: bigint): (value: bigint) => boolean {
  switch (operator) {
    case '!=': return (value) => value !== number;
    case '>': return (value) => value > number;
    case '>=': return (value) => value >= number;
    case '<': return (value) => value < number;
    case '<=': return (value) => value <= number;
    default: return (value) => value === number;
  }
}

function textComparison(operator: Predicate['operator'], text: string): (value: string) => boolean {
  switch (operator) {
    case '!=': return (value) => value !== text;
    case '^=': return (value) => value.startsWith(text);
    case '=^': return (value) => value.endsWith(text);
    case 'contains': return (value) => value.includes(text);
    case '~': return regularExpression(text).test;
    default: return (value) => value === text;
  }
}

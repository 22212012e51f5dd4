/** Violations of a route that only the router's compiler finds: expressions that are not valid, conditions that exclude each other. */
import type { RouterFlavor } from '../../base/router-flavor.ts';
import { checkedExpression } from '../expressions/check.ts';
import { ExpressionProblem } from '../expressions/problem.ts';
import { isFirstOfRange } from '../formats/host-names.ts';
import type { EntityValue } from '../schema/field.ts';
import { regexViolation } from '../schema/typedefs.ts';
import { isSet } from './route-subschemas.ts';

/** Fields that an expression takes the place of. */
const CONDITIONS = ['methods', 'hosts', 'paths', 'headers', 'snis', 'sources', 'destinations'];

const CONDITIONS_TEXT = "'methods', 'hosts', 'paths', 'headers', 'snis', 'sources' or 'destinations'";

export function conditionsViolation(entity: EntityValue, flavor: RouterFlavor): Readonly<Record<string, string>> | undefined {
  const violation = (flavor === 'expressions' ? expressionViolation(entity) : undefined)
    ?? headerViolation(entity, flavor) ?? addressViolation(entity);
  return violation === undefined ? undefined : { '@entity': `Router Expression failed validation: ${violation}` };
}

function expressionViolation(entity: EntityValue): string | undefined {
  const hasConditions = CONDITIONS.some((field) => isSet(entity[field]));
  if (!isSet(entity.expression)) {
    return hasConditions && isNumber(entity.priority) ? `cannot set 'priority' with ${CONDITIONS_TEXT} simultaneously` : undefined;
  }
  if (hasConditions) return `cannot set 'expression' with ${CONDITIONS_TEXT} simultaneously`;
  if (isNumber(entity.regex_priority)) return "cannot set 'regex_priority' with 'expression' simultaneously";
  try {
    checkedExpression(entity.expression as string, (entity.protocols ?? []) as readonly string[]);
    return undefined;
  } catch (error) {
    if (error instanceof ExpressionProblem) return ` ${error.message}`;
    throw error;
  }
}

/** 0 is the default: it counts as absent. */
function isNumber(value: unknown): boolean {
  return typeof value === 'number' && value !== 0;
}

/** IPv6 addresses must be without brackets, and a range must begin at its first address. Kong ignores the host bits of IPv4 ranges. */
function addressViolation(entity: EntityValue): string | undefined {
  const endpoints = [entity.sources, entity.destinations].flatMap((list) => (list ?? []) as readonly { readonly ip: string | null }[]);
  const ranges = endpoints.flatMap(({ ip }) => (ip?.includes(':') ? [ip] : []));
  const bracketed = ranges.find((ip) => ip.startsWith('['));
  if (bracketed !== undefined) return `expected an address without brackets: ${bracketed}`;
  const wrong = ranges.find((ip) => !isFirstOfRange(ip));
  return wrong && `host part of address was not zero: ${wrong}`;
}

/** Header values after `~*` are regular expressions; a route with an invalid one could match nothing. */
function headerViolation(entity: EntityValue, flavor: RouterFlavor): string | undefined {
  for (const values of Object.values((entity.headers ?? {}) as Record<string, readonly string[]>)) {
    // In the traditional flavor, several values are compared literally.
    const expressions = flavor === 'traditional' && values.length > 1 ? [] : values.filter((value) => value.startsWith('~*'));
    const violation = expressions.map((value) => regexViolation(value.slice(2))).find((found) => found !== undefined);
    if (violation !== undefined) return violation;
  }
  return undefined;
}

/** Settings of kubelets and of Bottlerocket as properties: what a property cannot say in the same words stays under `additional`. */
import { durationAmount, sizeAmount } from '../model/node-settings';
import type { Setting } from '../model/node-settings';
import { CDK, LIBRARY, call, member } from './typescript';
import type { Expression, Value } from './typescript';

export function settingsExpression(settings: readonly Setting[], fields: Readonly<Record<string, unknown>> | undefined): Value {
  if (!fields) return undefined;
  const own: Record<string, Value> = {};
  const additional: Record<string, Value> = {};
  for (const [field, value] of Object.entries(fields)) {
    const setting = settings.find((candidate) => candidate.field === field);
    const expression = setting && expressionOf(setting, value);
    if (expression === undefined) additional[field] = value as Value;
    else own[setting!.prop] = expression;
  }
  return { ...own, additional: Object.keys(additional).length > 0 ? additional : undefined };
}

/** @returns undefined for a value that the property would write in other words */
function expressionOf({ unit, choices }: Setting, value: unknown): Value {
  if (value === null) return undefined;
  if (choices) {
    return choices.values.includes(value as string) ? member(`${choices.name}.${constantOf(value as string)}`, LIBRARY) : undefined;
  }
  switch (unit) {
    case 'duration': return typeof value === 'string' ? durationOf(value) : undefined;
    case 'durations': return durationsOf(value);
    case 'seconds': return typeof value === 'number' && value >= 0 ? call('Duration.seconds', [value], CDK) : undefined;
    case 'size': return typeof value === 'string' ? sizeOf(value) : undefined;
    default: return value as Value;
  }
}

function durationOf(text: string): Expression | undefined {
  const found = durationAmount(text);
  return found && call(`Duration.${found.unit}`, [found.amount], CDK);
}

function durationsOf(value: unknown): Value {
  const entries = Object.entries(value as Record<string, string>).map(([name, text]) => [name, durationOf(text)] as const);
  return entries.every(([, duration]) => duration !== undefined) ? Object.fromEntries(entries) : undefined;
}

function sizeOf(text: string): Expression | undefined {
  const found = sizeAmount(text);
  return found && call(`Size.${found.unit}`, [found.amount], CDK);
}

/** `single-numa-node` → `SINGLE_NUMA_NODE`. */
function constantOf(value: string): string {
  return value.toUpperCase().replace(/-/g, '_');
}

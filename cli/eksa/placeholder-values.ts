/** Replaces placeholders in files of a cluster by their values, all or none. */
import { parsePlaceholder } from '../../src/eksa/hardware/placeholder';
import type { Placeholder } from '../../src/eksa/hardware/placeholder';
import { CommandFailure } from '../command.ts';
import { readSecret } from './secrets-manager.ts';

/** A value, or why there is none. */
type Answer = { readonly value: string } | { readonly missing: string };

/** A text that may be a placeholder. */
export interface FillableText {
  readonly text: string;
  /** What it is, for messages: `machine 'node-01': bmc_password`. */
  readonly place: string;
}

/**
 * @returns the texts, those that are placeholders replaced by their values
 * @throws CommandFailure that names every place and source for which there is no value; values are never part of it
 */
export async function fillTexts(texts: readonly FillableText[], environment: Readonly<NodeJS.ProcessEnv>): Promise<string[]> {
  const missing: string[] = [];
  const secrets = new Map<string, Promise<Answer>>();
  const filled = await Promise.all(texts.map(async ({ text, place }) => {
    const answer = await valueOf(text, environment, secrets);
    if ('value' in answer) return answer.value;
    missing.push(`${place} needs ${answer.missing}`);
    return text;
  }));
  if (missing.length === 0) return filled;
  throw new CommandFailure(
    `nothing was written: ${missing.length} value${missing.length === 1 ? ' is' : 's are'} missing: ${missing.join('; ')}`,
    'configuration',
  );
}

async function valueOf(cell: string, environment: Readonly<NodeJS.ProcessEnv>, secrets: Map<string, Promise<Answer>>): Promise<Answer> {
  const placeholder = parsePlaceholder(cell);
  if (placeholder?.source === 'environment') return fromEnvironment(placeholder.variable, environment);
  if (placeholder) return fromSecret(placeholder, secrets);
  // Whatever looks like a placeholder and is none would end up on the machine as it is.
  return /\$\{/.test(cell)
    ? { missing: `a placeholder that can be read: '${cell}' is neither \${env:NAME} nor \${secretsmanager:name#key}` }
    : { value: cell };
}

function fromEnvironment(variable: string, environment: Readonly<NodeJS.ProcessEnv>): Answer {
  const value = environment[variable];
  return value ? { value } : { missing: `the environment variable ${variable}, which is ${value === undefined ? 'not set' : 'empty'}` };
}

/** One request a secret, however many cells name it. */
async function fromSecret(
  { secretName, key }: Extract<Placeholder, { source: 'secretsmanager' }>,
  secrets: Map<string, Promise<Answer>>,
): Promise<Answer> {
  if (!secrets.has(secretName)) secrets.set(secretName, readSecret(secretName));
  const answer = await secrets.get(secretName)!;
  if ('missing' in answer) return answer;
  const value = keyOf(answer.value, key);
  return value
    ? { value }
    : { missing: `the key '${key}' of the secret '${secretName}', which is no JSON object with text under that key` };
}

function keyOf(text: string, key: string): string | undefined {
  try {
    const value: unknown = (JSON.parse(text) as Record<string, unknown> | null)?.[key];
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

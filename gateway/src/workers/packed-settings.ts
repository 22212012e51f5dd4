/** Settings as text and back: they reach workers through a pipe, never through an environment or a command line. */
import { Secret } from '../base/secret.ts';
import type { KeyPair, Settings } from '../settings/settings.ts';

/** Marks a secret. No setting has such a key. */
const SECRET = '\0secret';

/** What JSON cannot say. */
const NUMBERS: Readonly<Record<string, number>> = { Infinity, '-Infinity': -Infinity };
const NUMBER = '\0number';

export function packSettings(settings: Settings | KeyPair): string {
  return JSON.stringify(settings, function replace(this: Record<string, unknown>, key, value: unknown) {
    // A secret prints as redacted: the value in the object itself decides.
    const own = this[key];
    if (own instanceof Secret) return { [SECRET]: own.reveal() };
    return typeof value === 'number' && !Number.isFinite(value) ? { [NUMBER]: String(value) } : value;
  });
}

export function unpackSettings<T extends Settings | KeyPair = Settings>(text: string): T {
  return JSON.parse(text, (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null) return value;
    const { [SECRET]: secret, [NUMBER]: number } = value as Record<string, unknown>;
    if (typeof secret === 'string') return new Secret(secret);
    if (typeof number === 'string') return NUMBERS[number];
    return Object.freeze(value);
  }) as T;
}

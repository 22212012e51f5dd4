/** Variables that look like settings and are none: usually misspelt. */
import type { Environment } from './environment.ts';
import { nearestName } from './nearest-name.ts';
import { WITHOUT_EFFECT, WORKING } from './table.ts';
import { rowWithoutEffect } from './without-effect.ts';

/** One sentence for each, with the nearest known name. */
export function unknownNames(environment: Environment): readonly string[] {
  return Object.keys(environment).filter(isUnknownName).sort().map((name) => {
    const nearest = nearestSetting(name);
    return `${name} is not a setting and has no effect${nearest ? `; did you mean ${nearest}?` : ''}`;
  });
}

export function isUnknownName(name: string): boolean {
  return /^(KONG|HYBRIDGE)_/.test(name) && !WORKING_NAMES.has(name) && !NOT_SETTINGS.test(name) && rowWithoutEffect(name) === undefined;
}

/** @returns the name of a setting that was probably meant */
export function nearestSetting(name: string): string | undefined {
  return nearestName(name, KNOWN);
}

const WORKING_NAMES: ReadonlySet<string> = new Set(WORKING.map(({ name }) => name));

const KNOWN: readonly string[] = [...WORKING_NAMES, ...WITHOUT_EFFECT.map(({ name }) => name).filter((name) => !name.includes('*'))];

/**
 * What Kubernetes sets in every container of a namespace that has a Service of that name (`KONG_PROXY_PORT_80_TCP_ADDR`), and our tests.
 */
const NOT_SETTINGS = /_(SERVICE_(HOST|PORT)(_\w+)?|PORT|PORT_\d+_(TCP|UDP)(_(PROTO|PORT|ADDR))?)$|^HYBRIDGE_TEST_/;

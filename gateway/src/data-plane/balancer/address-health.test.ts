/** When an address becomes unhealthy, and healthy again. */
import { array, assert as check, constantFrom, integer, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';

import { AddressHealth } from './address-health.ts';
import type { HealthEvent } from './address-health.ts';

const LIMITS: Readonly<Record<HealthEvent, number>> = { success: 2, http: 3, tcp: 1, timeout: 2 };

/** States after each event: `+` healthy, `-` not. */
function after(events: readonly HealthEvent[], limits = LIMITS): string {
  const health = new AddressHealth();
  return events.map((event) => {
    health.count(event, limits[event]);
    return health.isHealthy ? '+' : '-';
  }).join('');
}

describe('an address', () => {
  it.each<[string, readonly HealthEvent[], string]>([
    ['falls at the limit', ['http', 'http', 'http'], '++-'],
    ['counts each kind by itself', ['http', 'timeout', 'http', 'timeout'], '+++-'],
    ['starts again once all successes were', ['http', 'http', 'success', 'http', 'http', 'http'], '+++++-'],
    ['rises at the limit', ['tcp', 'success', 'success'], '--+'],
    ['does not rise by successes with a failure between', ['tcp', 'success', 'http', 'success', 'success'], '----+'],
    ['does not count failures while it is down', ['tcp', 'tcp', 'success', 'success', 'http'], '---++'],
  ])('%s', (_title, events, states) => expect(after(events)).toBe(states));

  it('never falls by what has no limit, and never rises without one', () => {
    const events = array(constantFrom<HealthEvent>('http', 'tcp', 'timeout'), { maxLength: 30 });
    check(property(events, (list) => {
      expect(after(list, { success: 1, http: 0, tcp: 0, timeout: 0 })).toBe('+'.repeat(list.length));
    }));
    expect(after(['tcp', 'success', 'success', 'success'], { ...LIMITS, success: 0 })).toBe('----');
  });

  it('falls after exactly as many failures in a row as the limit says', () => {
    const rule = record({ limit: integer({ min: 1, max: 255 }), kind: constantFrom<HealthEvent>('http', 'tcp', 'timeout') });
    check(property(rule, ({ limit, kind }) => {
      const states = after(Array.from({ length: limit }, () => kind), { ...LIMITS, [kind]: limit });
      expect(states).toBe(`${'+'.repeat(limit - 1)}-`);
    }));
  });

  it('can be set by hand, which forgets all counts', () => {
    const health = new AddressHealth();
    health.count('http', 3);
    expect([health.set(false), health.isHealthy, health.set(false)]).toEqual([true, false, false]);
    expect([health.set(true), health.isHealthy]).toEqual([true, true]);
    expect([health.count('http', 2), health.count('http', 2)]).toEqual([false, true]);
  });
});

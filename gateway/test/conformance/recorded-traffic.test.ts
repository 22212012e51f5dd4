/** Requests and answers recorded from Kong Gateway OSS 3.9.1, replayed through a data plane. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { recorded } from '../fixtures/recorded.ts';
import { DEVIATIONS } from './deviations.ts';
import type { Suite } from './suite.ts';
import { missingEntities } from './table-of-requests.ts';
import { TrafficRunner } from './traffic-runner.ts';

const SUITES = ['router', 'headers', 'plugins-key-auth'].flatMap((name) => recorded<Suite[]>(name));

for (const suite of SUITES) {
  const missing = missingEntities(suite.config);
  describe.skipIf(missing.length > 0)(`${suite.id}${missing.length > 0 ? ` (needs ${missing.join(', ')})` : ''}`, () => {
    const runner = new TrafficRunner();

    beforeAll(() => runner.start(suite));
    afterAll(() => runner.stop());

    for (const traffic of suite.cases) {
      const deviation = DEVIATIONS.find(({ id }) => id.test(traffic.id));
      const name = traffic.id.slice(suite.id.length + 1);
      if (deviation === undefined) {
        it(`${name} is answered as recorded`, async () => {
          expect(await runner.run(traffic)).toEqual(traffic.expect);
        });
      } else {
        it(`${name} differs: ${deviation.reason}`, async () => {
          expect(await runner.run(traffic)).not.toEqual(traffic.expect);
        });
      }
    }
  });
}

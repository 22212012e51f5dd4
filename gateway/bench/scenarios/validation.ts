/** What it costs to complete and validate the routes of a large configuration, in this process. */
import { completeEntity } from '../../src/model/schema/complete.ts';
import { SCHEMAS } from '../../src/plugins/schemas.ts';
import type { Measured, Scenario } from '../measured.ts';

/** At most, for 10,000 routes, in milliseconds. */
const LIMIT_MS = 150;

const RUNS = 5;

export const validation: Scenario = {
  name: 'Validation',
  about: 'Completes and validates routes, in this process: the median of five runs, for all routes together.',
  run: async ({ routes }) => {
    const schema = SCHEMAS.get('routes')!;
    const service = { id: '00000000-0000-4000-8000-000000000001' };
    const given = Array.from({ length: routes }, (_, n) => ({
      name: `route-${n}`, service, protocols: ['http', 'https'], methods: ['GET', 'POST'], hosts: [`h${n % 97}.example.com`],
      paths: [`/api/v1/resource-${n}`], headers: { 'x-version': [`v${n % 7}`] }, tags: ['team', `t${n % 13}`],
    }));
    const costs = Array.from({ length: RUNS }, () => {
      const before = process.cpuUsage();
      for (const route of given) {
        const { violations } = completeEntity(schema, route, { schemas: SCHEMAS, now: Date.now() });
        if (violations) throw new Error(`a route is not valid: ${JSON.stringify(violations)}`);
      }
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1000;
    });
    const cpuMs = [...costs].sort((one, other) => one - other)[Math.floor(RUNS / 2)]!;
    const measured: Measured = { subject: `${routes.toLocaleString('en')} routes`, requestsPerSecond: NaN, cpuMs, limitMs: LIMIT_MS };
    return [measured];
  },
};

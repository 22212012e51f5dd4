/** docs/reference/admin-api-conformance.md: how the Admin API answers beside a recorded one, by endpoint, method and status. */
import { KONG_VERSION } from '../src/base/version.ts';
import { OTHERWISE } from '../test/conformance/admin-deviations.ts';
import { endpointOf, endpointsOf } from '../test/conformance/endpoint-templates.ts';
import type { GoldenSuite } from '../test/fixtures/golden-admin.ts';
import { recorded } from '../test/fixtures/recorded.ts';
import { code, generatedBy, table } from './markdown.ts';

const OUTSIDE = 'paths of no endpoint';

interface Count {
  equal: number;
  total: number;
}

/** By endpoint, method and status. */
type Counts = Map<string, Map<string, Map<string, Count>>>;

export function adminApiConformancePage(): string {
  const suites = recorded<readonly GoldenSuite[]>('admin-validation');
  const endpoints = endpointsOf(suites);
  const counts = countAnswers(suites, endpoints);
  const all = [...counts.values()].flatMap((methods) => [...methods.values()].flatMap((statuses) => [...statuses.values()]));
  const cases = suites.flatMap((suite) => suite.cases).length;
  return [
    generatedBy('admin-api-conformance-page.ts', 'the recordings and the list of deviations'),
    '# The Admin API beside Kong Gateway',
    '',
    `Kong Gateway OSS ${KONG_VERSION} with PostgreSQL answered ${sum(all, 'total')} requests in ${cases} cases; the answers are `
    + 'recorded. The suite `gateway/test/system/golden-admin.test.ts` sends each request to this Admin API and compares status, headers '
    + `and body; it fails when an answer differs that is not listed below. ${sum(all, 'equal')} of ${sum(all, 'total')} answers are `
    + 'equal: the table gives equal/total for each status that was recorded. A case with several requests counts as different as a whole. '
    + 'To compare a running node, see [CONTRIBUTING.md](../../CONTRIBUTING.md#the-admin-api-beside-kongs).',
    '',
    ...table(['endpoint', 'method', 'status: equal/total'], rowsOf(counts, endpoints)),
    '',
    '`4xx`: Kong fails with status 500 there; any status of that class is right.',
    '',
    '## Differences',
    '',
    ...Object.entries(OTHERWISE).map(([id, reason]) => `- ${code(id)}: ${reason}.`),
    '',
    '## Endpoints without a recording',
    '',
    'The recorded node lists these endpoints, and no recorded case asks for them:',
    '',
    ...endpoints.filter((endpoint) => !counts.has(endpoint)).map((endpoint) => `- ${code(endpoint)}`),
    '',
  ].join('\n');
}

function countAnswers(suites: readonly GoldenSuite[], endpoints: readonly string[]): Counts {
  const counts: Counts = new Map();
  for (const suite of suites) {
    for (const golden of suite.cases) {
      const isEqual = !(golden.id in OTHERWISE);
      for (const [index, { admin: [method, path] }] of golden.steps.entries()) {
        const methods = entryOf(counts, endpointOf(path, endpoints) ?? OUTSIDE, () => new Map<string, Map<string, Count>>());
        const statuses = entryOf(methods, method, () => new Map<string, Count>());
        const count = entryOf(statuses, String(golden.expect[index]!.status), () => ({ equal: 0, total: 0 }));
        count.total += 1;
        if (isEqual) count.equal += 1;
      }
    }
  }
  return counts;
}

function rowsOf(counts: Counts, endpoints: readonly string[]): string[][] {
  return [...endpoints, OUTSIDE].flatMap((endpoint) => [...counts.get(endpoint) ?? []].sort(byName).map(([method, statuses]) => [
    endpoint === OUTSIDE ? OUTSIDE : code(endpoint),
    method,
    [...statuses].sort(byName).map(([status, { equal, total }]) => `${status}: ${equal}/${total}`).join(', '),
  ]));
}

function entryOf<V>(map: Map<string, V>, key: string, make: () => V): V {
  if (!map.has(key)) map.set(key, make());
  return map.get(key)!;
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}

function sum(counts: readonly Count[], what: keyof Count): number {
  return counts.reduce((total, count) => total + count[what], 0);
}

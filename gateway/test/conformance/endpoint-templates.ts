/** Finds the endpoint that a recorded path belongs to, in the list that the recorded node gave of its own (`GET /endpoints`). */
import type { GoldenSuite } from '../fixtures/golden-admin.ts';

/** @throws Error the recording has no list of endpoints */
export function endpointsOf(suites: readonly GoldenSuite[]): readonly string[] {
  const cases = suites.flatMap((suite) => suite.cases);
  const golden = cases.find(({ steps: [step] }) => step!.admin[0] === 'GET' && step!.admin[1] === '/endpoints');
  if (golden === undefined) throw new Error('no case asks for /endpoints');
  return (golden.expect[0]!.body as { readonly data: readonly string[] }).data;
}

/** @returns the endpoint, with names for what varies; nothing for a path that belongs to none */
export function endpointOf(path: string, endpoints: readonly string[]): string | undefined {
  const segments = segmentsOf(path);
  return endpoints
    .filter((endpoint) => matches(segmentsOf(endpoint), segments))
    .sort((one, other) => variablesOf(one) - variablesOf(other))[0];
}

function segmentsOf(path: string): string[] {
  return path.split('?')[0]!.split('/').filter((segment) => segment !== '');
}

function matches(pattern: readonly string[], segments: readonly string[]): boolean {
  return pattern.length === segments.length && pattern.every((part, index) => part.startsWith('{') || part === segments[index]);
}

function variablesOf(endpoint: string): number {
  return endpoint.split('{').length;
}

/** Routes that scenarios put into nodes, a tenth as many services, and how they get there. */

export interface RouteSet {
  readonly services: readonly { readonly name: string; readonly url: string }[];
  readonly routes: readonly { readonly name: string; readonly paths: readonly string[]; readonly service: { readonly name: string } }[];
}

/** @param target port that all services lead to */
export function routeSet(count: number, target: number): RouteSet {
  const services = Math.ceil(count / 10);
  return {
    services: Array.from({ length: services }, (_, n) => ({ name: `service-${n}`, url: `http://127.0.0.1:${target}` })),
    routes: Array.from({ length: count }, (_, n) => ({
      name: `route-${n}`, paths: [`/route-${n}`], service: { name: `service-${n % services}` },
    })),
  };
}

/** The same as a declarative file, routes below their services. */
export function fileOf({ services, routes }: RouteSet): string {
  const below = services.map((): object[] => []);
  routes.forEach(({ name, paths }, n) => below[n % services.length]!.push({ name, paths }));
  return JSON.stringify({ _format_version: '3.0', services: services.map((service, n) => ({ ...service, routes: below[n] })) });
}

/** Sends all entities of a type in one transaction. */
export async function createAll(port: number, entity: keyof RouteSet, set: RouteSet): Promise<void> {
  const operations = set[entity].map((body) => ({ operation: 'create', entity, body }));
  await send(port, 'POST', '/batch', { operations }, 200);
}

/** Sends JSON. @throws Error the answer has another status */
export async function send(port: number, method: string, path: string, body: unknown, status: number): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
    method, body: typeof body === 'string' ? body : JSON.stringify(body), headers: { 'content-type': 'application/json' },
  });
  const text = await answer.text();
  if (answer.status !== status) throw new Error(`${method} ${path}: ${answer.status}, expected ${status}: ${text.slice(0, 500)}`);
}

/** Waits until requests for a path have a route. @throws Error after a minute without one */
export async function untilRouted(proxyPort: number, path: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    const answer = await fetch(`http://127.0.0.1:${proxyPort}${path}`).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer !== undefined && answer.status !== 404) return;
    await new Promise((resolve) => void setTimeout(resolve, 5));
  }
  throw new Error(`${path} has no route after a minute`);
}

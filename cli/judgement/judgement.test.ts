/** `hybridge lint` and `hybridge explain` as their users run them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StateFolder, runCommand, startControlPlane } from '../../gateway/test/fixtures/command-run.ts';
import type { ControlPlane } from '../../gateway/test/fixtures/command-run.ts';
import { explain } from '../commands/explain.ts';
import { lint } from '../commands/lint.ts';
import { sync } from '../commands/sync.ts';

const files = new StateFolder();

const SHOP = {
  services: [{
    name: 'orders', url: 'http://orders.internal/v1', plugins: [{ name: 'rate-limiting', config: { minute: 10 } }],
    routes: [{ name: 'orders', paths: ['/orders'], methods: ['GET'] }, { name: 'rest', paths: ['/'] }],
  }],
};

describe('lint', () => {
  it('ends with 0 where there is nothing to say', async () => {
    expect(await runCommand(lint, files.file(SHOP))).toMatchObject({ code: 0, stdout: '0 errors, 0 warnings\n' });
  });

  const FORGOTTEN = { routes: [{ name: 'forgotten', paths: ['/a'] }], services: [{ ...SHOP.services[0], plugins: [] }] };

  it('names file, line, rule and fix, and ends with 1 for an error', async () => {
    const file = files.file(FORGOTTEN);
    const { code, stdout } = await runCommand(lint, file);
    expect(code).toBe(1);
    expect(stdout).toMatch(new RegExp(`^${file}:\\d+: error route-without-service: routes\\[0\\]: the route has no service`, 'm'));
    expect(stdout).toMatch(/warning missing-rate-limit: services\[0\]: no rate limit for routes 'orders', 'rest'\n {4}Add rate-limiting/);
    expect(stdout).toMatch(/\n1 error, 1 warning\n$/);
  });

  it('judges the rules that are asked for', async () => {
    const file = files.file(FORGOTTEN);
    expect(await runCommand(lint, '--disable', 'route-without-service', file)).toMatchObject({ code: 0 });
    expect(await runCommand(lint, '--disable', 'route-without-service', '--strict', file)).toMatchObject({ code: 1 });
    const { stdout } = await runCommand(lint, '--json', '--only', 'missing-rate-limit', file);
    expect(JSON.parse(stdout)).toMatchObject({ valid: true, findings: [{ rule: 'missing-rate-limit', file, path: 'services[0]' }] });
    expect(await runCommand(lint, '--only', 'unknown', file)).toMatchObject({
      code: 1, stderr: expect.stringContaining("there is no rule 'unknown'; rules: unreachable-route, ") as string,
    });
  });

  it('tells the file of each finding', async () => {
    const [one, other] = [files.file(SHOP), files.file({ routes: [{ name: 'forgotten', paths: ['/a'] }] })];
    const { stdout } = await runCommand(lint, '--json', one, other);
    expect(JSON.parse(stdout)).toMatchObject({ findings: [{ rule: 'route-without-service', file: other, path: 'routes[0]' }] });
  });

  it('reports what is not valid', async () => {
    const file = files.file({ services: [{ name: 's', url: 'ftp://x' }] });
    expect(await runCommand(lint, file)).toMatchObject({ code: 1, stderr: expect.stringContaining(`${file}:`) as string, stdout: '' });
  });
});

describe('explain', () => {
  it('explains by files', async () => {
    const { code, stdout } = await runCommand(explain, 'GET', 'http://a.example.com/orders/1', '-s', files.file(SHOP));
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Route: orders \([-0-9a-f]{36}\), which matches \/orders of \/orders\/1$/m);
    expect(stdout).toMatch(/^ {2}1\. rate-limiting, priority 910, for service [-0-9a-f]{36}$/m);
    expect(stdout).toContain('       minute: 10\n');
    expect(stdout).toContain('  GET /v1/1 by http, Host: orders.internal\n  to orders.internal:80\n');
    expect(stdout).toMatch(/^ {2}rest \([-0-9a-f]{36}\): it matches, and route 'orders' has the higher precedence/m);
  });

  it('ends with 1 where no upstream gets the request', async () => {
    const file = files.file({ services: [{ ...SHOP.services[0], routes: [SHOP.services[0]!.routes[0]] }] });
    const { code, stdout } = await runCommand(explain, 'post', 'http://a.example.com/orders', '-s', file);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^Route: none\n\nThe gateway answers: 404 no Route matched/);
    expect(stdout).toContain('does not match: methods: expected GET, got POST');
  });

  it.each([
    [[], 'got 0 words, expected [METHOD] URL'],
    [['GET', 'http://a/', '-H', 'nothing'], "--header: 'nothing' is not valid; expected NAME:VALUE"],
    [['http://a/', '--router-flavor', 'other', '-s', '-'], "--router-flavor: 'other' is not valid"],
  ])('refuses %j', async (args, message) => {
    expect(await runCommand(explain, ...args)).toMatchObject({ code: 1, stderr: expect.stringContaining(message) as string });
  });

  describe('by a control plane', () => {
    let node: ControlPlane;
    beforeAll(async () => {
      node = await startControlPlane();
      await runCommand(sync, ...node.address, files.file(SHOP));
    });
    afterAll(() => node.close());

    it('says what files say', async () => {
      const args = ['--json', 'GET', 'https://a.example.com/orders?x=1', '-H', 'X-A: b', '-H', 'X-A: c', '--consumer', 'bob'];
      const online = JSON.parse((await runCommand(explain, ...node.address, ...args)).stdout) as object;
      expect(online).toMatchObject({ answer: { status: 400, message: 'unknown consumer' } });
      const known = JSON.parse((await runCommand(explain, ...node.address, ...args.slice(0, -2))).stdout) as object;
      const byFile = JSON.parse((await runCommand(explain, ...args.slice(0, -2), '-s', files.file(SHOP))).stdout) as object;
      const withoutIds = (value: object): unknown => JSON.parse(JSON.stringify(value).replace(/[-0-9a-f]{36}/g, 'id'));
      expect(withoutIds({ ...known, revision: undefined })).toEqual(withoutIds(byFile));
    });

    it('reports what the control plane refuses', async () => {
      expect(await runCommand(explain, ...node.address, 'http://a/', '--http-version', '3')).toMatchObject({
        code: 1, stderr: expect.stringContaining('http_version: expected one of: 1.0, 1.1, 2.0') as string,
      });
    });
  });
});

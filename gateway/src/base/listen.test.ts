import { Server } from 'node:net';
import type { ListenOptions } from 'node:net';

import { afterEach, describe, expect, it } from 'vitest';

import { listen, openEach } from './listen.ts';
import { createLog } from './log.ts';

/** A server on a machine whose kernel has no IPv6. */
class ServerWithoutIpv6 extends Server {
  override listen(...given: never[]): this {
    const [options, listening] = given as unknown as [ListenOptions, () => void];
    if (!options.host!.includes(':')) return super.listen(options, listening);
    const error = Object.assign(new Error('listen EAFNOSUPPORT'), { code: 'EAFNOSUPPORT' });
    process.nextTick(() => this.emit('error', error));
    return this;
  }
}

const servers: Server[] = [];
let warnings: string[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
  warnings = [];
});

function openAll(hosts: readonly string[], makeServer: () => Server) {
  const log = createLog({ write: (line) => void warnings.push((JSON.parse(line) as { message: string }).message) });
  return openEach(hosts.map((host) => ({ host, port: 0 })), log, async (address) => {
    const server = makeServer();
    const bound = await listen(server, address, 'KONG_PROXY_LISTEN');
    servers.push(server);
    return bound;
  });
}

describe('on a machine without IPv6', () => {
  it.each([[['0.0.0.0', '::']], [['::', '0.0.0.0']], [['127.0.0.1', '::1']]])('of %j only that of IPv4 is opened, with a warning',
    async (hosts) => {
      const bound = await openAll(hosts, () => new ServerWithoutIpv6());
      expect(bound.map(({ address }) => address)).toEqual([hosts.find((host) => !host.includes(':'))]);
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).toMatch(/^KONG_PROXY_LISTEN: cannot listen on \[::1?\]:0: this machine has no addresses of that kind/);
      expect(warnings[0]).toContain('it is left out');
    });

  it.each([[['::']], [['0.0.0.0', '2001:db8::1']]])('%j fails: an address that does not exist', async (hosts) => {
    await expect(openAll(hosts, () => new ServerWithoutIpv6())).rejects.toMatchObject({ code: 'address-unavailable', reason: 'address' });
    expect(warnings).toEqual([]);
  });
});

it('an address that is taken is no missing IPv6', async () => {
  const [taken] = await openAll(['127.0.0.1'], () => new Server());
  const again = openEach([{ host: '127.0.0.1', port: taken!.port }], createLog({ write: () => undefined }), (address) =>
    listen(new Server(), address, 'KONG_PROXY_LISTEN'));
  await expect(again).rejects.toThrow(/another process listens there/);
});

/** Names by a name server of the suite, over UDP and TCP. */
import { createSocket } from 'node:dgram';
import type { RemoteInfo, Socket as UdpSocket } from 'node:dgram';
import { createServer } from 'node:net';
import type { Server } from 'node:net';

import packet from 'dns-packet';
import type { Answer, DecodedPacket, Packet } from 'dns-packet';
import { afterEach, describe, expect, it } from 'vitest';

import { CachingResolver } from './caching-resolver.ts';
import { DnsLookup } from './dns-lookup.ts';
import type { LookupOptions } from './dns-lookup.ts';
import { NameError } from './resolution.ts';
import type { Resolution } from './resolution.ts';
import { parseHosts, parseResolvConf } from './system-files.ts';

const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const RCODES: Readonly<Record<string, number>> = { FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3 };

/** What the server says to a question: records, a code, nothing, or exact packets. */
type Reply = readonly Answer[] | keyof typeof RCODES | undefined | ((question: DecodedPacket, send: (answer: Packet) => void) => void);

class NameServer {
  readonly asked: string[] = [];
  readonly ports = new Set<number>();
  readonly ids = new Set<number>();
  tcp = 0;
  reply: (name: string, type: string, question: DecodedPacket) => Reply;
  readonly #udp: UdpSocket;
  readonly #tcp: Server;
  port = 0;
  /** Datagrams with records have their answers left out and say so. */
  truncates = false;

  constructor(host: string, reply: NameServer['reply']) {
    this.reply = reply;
    this.#udp = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    this.#udp.on('message', (bytes, peer) => this.#answer(bytes, peer));
    this.#tcp = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', (bytes: Buffer) => {
        this.tcp += 1;
        const question = packet.streamDecode(bytes) as DecodedPacket;
        const { name, type } = question.questions![0]!;
        const records = this.reply(name, type, question) as readonly Answer[];
        const encoded = packet.streamEncode(answerTo(question, { answers: [...records] }));
        // In two pieces, as networks may deliver it.
        socket.write(encoded.subarray(0, 5));
        setTimeout(() => socket.end(encoded.subarray(5)), 5);
      });
    });
  }

  async start(host: string): Promise<this> {
    await new Promise<void>((resolve) => void this.#tcp.listen(0, host, resolve));
    this.port = (this.#tcp.address() as { port: number }).port;
    await new Promise<void>((resolve) => void this.#udp.bind(this.port, host, resolve));
    closing.push(() => {
      this.#udp.close();
      this.#tcp.close();
    });
    return this;
  }

  #answer(bytes: Buffer, { port, address }: RemoteInfo): void {
    const question = packet.decode(bytes);
    const { name, type } = question.questions![0]!;
    this.asked.push(`${type} ${name}`);
    this.ports.add(port);
    this.ids.add(question.id!);
    const reply = this.reply(name, type, question);
    const send = (answer: Packet) => this.#udp.send(packet.encode(answer), port, address);
    if (reply === undefined) return undefined;
    if (typeof reply === 'function') return reply(question, send);
    if (typeof reply === 'string') return send(answerTo(question, { flags: RCODES[reply]! }));
    if (this.truncates && reply.length > 0) return send(answerTo(question, { flags: packet.TRUNCATED_RESPONSE }));
    return send(answerTo(question, { answers: [...reply] }));
  }
}

function answerTo({ id, questions }: DecodedPacket, more: Packet): Packet {
  return { type: 'response', id: id!, questions: questions!, ...more };
}

const a = (name: string, data: string, ttl = 60): Answer => ({ type: data.includes(':') ? 'AAAA' : 'A', name, ttl, data });
const srv = (name: string, target: string, port: number, more = {}): Answer => (
  { type: 'SRV', name, ttl: 60, data: { target, port, priority: 1, weight: 10, ...more } });
const soa = (ttl: number, minimum: number) => ({
  type: 'SOA', name: 'test', ttl, data: { mname: 'm', rname: 'r', serial: 1, refresh: 1, retry: 1, expire: 1, minimum },
}) as Answer;

interface Started {
  readonly server: NameServer;
  readonly resolve: (name: string) => Promise<Resolution>;
  readonly ips: (name: string) => Promise<string[]>;
  readonly clock: { now: number };
}

interface Setup extends Partial<LookupOptions> {
  readonly staleTtl?: number;
  readonly capacity?: number;
  readonly host?: string;
}

async function start(reply: NameServer['reply'], options: Setup = {}): Promise<Started> {
  const host = options.host ?? '127.0.0.1';
  const server = await new NameServer(host, reply).start(host);
  const clock = { now: 1_000_000 };
  const now = () => clock.now;
  const lookup = new DnsLookup({
    servers: [{ address: host, port: server.port }], search: [], ndots: 1, timeoutMs: 200, attempts: 1, order: ['A', 'AAAA'],
    validTtl: undefined, notFoundTtl: 30, errorTtl: 1, now, ...options,
  });
  const resolver = new CachingResolver({
    hosts: parseHosts('10.9.9.9 Listed.test other # comment\n::1 listed.test six.test'), lookup: (name) => lookup.resolve(name),
    staleTtl: options.staleTtl ?? 3600, capacity: options.capacity ?? 100, now,
  });
  const resolve = (name: string) => resolver.resolve(name);
  return { server, clock, resolve, ips: async (name) => (await resolve(name)).addresses.map(({ ip }) => ip) };
}

/** A server that knows these names. */
const knowing = (records: readonly Answer[]) => (name: string, type: string): Reply => {
  const named = records.filter((record) => record.name === name.toLowerCase());
  return named.length === 0 ? 'NXDOMAIN' : named.filter((record) => record.type === type || record.type === 'CNAME');
};

describe('a name', () => {
  it('has the addresses of its records, of IPv6 where there are no others, and is asked for until they expire', async () => {
    const records = [a('a.test', '10.0.0.1', 5), a('a.test', '10.0.0.2', 9), a('b.test', 'fd00::1')];
    const { server, resolve, ips, clock } = await start(knowing(records));
    expect(await resolve('A.test')).toEqual({
      addresses: [{ ip: '10.0.0.1' }, { ip: '10.0.0.2' }], expiresAt: clock.now + 5_000, type: 'A',
    });
    expect(await ips('b.test')).toEqual(['fd00::1']);
    server.asked.length = 0;
    clock.now += 4_999;
    await ips('a.test');
    expect(server.asked).toEqual([]);
    clock.now += 1;
    await ips('a.test');
    expect(server.asked).toEqual(['A a.test']);
  });

  it('is asked for once by a hundred at a time', async () => {
    const { server, ips } = await start(knowing([a('a.test', '10.0.0.1')]));
    const all = await Promise.all(Array.from({ length: 100 }, () => ips('a.test')));
    expect(all.every(([ip]) => ip === '10.0.0.1')).toBe(true);
    expect(server.asked).toEqual(['A a.test']);
  });

  it('is asked for from other ports, with other ids', async () => {
    const { server, ips } = await start(knowing(Array.from({ length: 20 }, (_, at) => a(`n${at}.test`, '10.0.0.1'))));
    for (let at = 0; at < 20; at += 1) await ips(`n${at}.test`);
    expect(server.ports.size).toBeGreaterThan(10);
    expect(server.ids.size).toBeGreaterThan(15);
  });

  it('keeps its addresses when no server can tell others, and loses them when it is gone', async () => {
    const { server, ips, clock } = await start(knowing([a('a.test', '10.0.0.1', 5)]), { staleTtl: 60 });
    await ips('a.test');
    const known = server.reply;
    server.reply = () => 'SERVFAIL';
    clock.now += 6_000;
    expect(await ips('a.test')).toEqual(['10.0.0.1']);
    server.asked.length = 0;
    expect(await ips('a.test')).toEqual(['10.0.0.1']);
    expect(server.asked).toEqual([]);
    clock.now += 1_001;
    server.reply = known;
    expect(await ips('a.test')).toEqual(['10.0.0.1']);
    expect(server.asked).toEqual(['A a.test']);
    server.reply = () => undefined;
    clock.now += 66_000;
    await expect(ips('a.test')).rejects.toThrow('did not answer in time');
    server.reply = known;
    clock.now += 1_001;
    await ips('a.test');
    clock.now += 6_000;
    server.reply = () => 'NXDOMAIN';
    await expect(ips('a.test')).rejects.toThrow(NameError);
  });

  it('that does not exist is believed not to, for as long as its zone says and the settings allow', async () => {
    const { server, ips, clock } = await start((_name, _type, question) => (
      (_, send) => send(answerTo(question, { flags: 3, authorities: [soa(20, 10)] } as Packet))));
    await expect(ips('gone.test')).rejects.toMatchObject({ isGone: true, message: 'gone.test has no address' });
    expect(server.asked).toEqual(['A gone.test']);
    clock.now += 9_999;
    await expect(ips('gone.test')).rejects.toThrow(NameError);
    expect(server.asked).toHaveLength(1);
    clock.now += 1;
    await expect(ips('gone.test')).rejects.toThrow(NameError);
    expect(server.asked).toHaveLength(2);
  });

  it('that an alias stands for is followed within the answer; what the chain does not reach is not believed', async () => {
    const alias = (name: string, data: string, ttl = 60): Answer => ({ type: 'CNAME', name, ttl, data });
    const chain = Array.from({ length: 20 }, (_, at) => alias(`c${at}.test`, `c${at + 1}.test`));
    const { ips, resolve, clock } = await start((name) => ({
      'www.test': [alias('www.test', 'Web.test', 7), a('web.test', '10.0.0.1'), a('evil.test', '6.6.6.6')],
      'c0.test': [...chain, a('c20.test', '10.0.0.2')],
      'loop.test': [alias('loop.test', 'loop.test')],
    })[name] ?? 'NXDOMAIN');
    expect(await resolve('www.test')).toMatchObject({ addresses: [{ ip: '10.0.0.1' }], expiresAt: clock.now + 7_000 });
    for (const name of ['c0.test', 'loop.test', 'evil.test']) await expect(ips(name)).rejects.toThrow(NameError);
  });

  it('with services has their targets, ports and weights, of the best priority', async () => {
    const { resolve } = await start(knowing([
      srv('s.test', 'one.test', 81), srv('s.test', 'two.test', 82, { weight: 0 }), srv('s.test', 'far.test', 83, { priority: 2 }),
      srv('s.test', 'gone.test', 84), a('one.test', '10.0.0.1', 7), a('two.test', '10.0.0.2'), a('far.test', '10.0.0.3'),
      srv('none.test', '.', 80), a('none.test', '10.0.0.4'),
    ]), { order: ['SRV', 'A'] });
    expect(await resolve('s.test')).toMatchObject({
      type: 'SRV', addresses: [{ ip: '10.0.0.1', port: 81, weight: 10 }, { ip: '10.0.0.2', port: 82, weight: 0 }],
    });
    expect(await resolve('none.test')).toMatchObject({ type: 'A', addresses: [{ ip: '10.0.0.4' }] });
  });

  it('is looked for in the domains of the search list, by its dots', async () => {
    const { server, ips } = await start(knowing([a('web.ns.svc.test', '10.0.0.1'), a('web.ns', '10.0.0.2')]), {
      search: ['other.test', 'svc.test'], ndots: 2, order: ['A'],
    });
    expect(await ips('web.ns')).toEqual(['10.0.0.1']);
    expect(server.asked).toEqual(['A web.ns.other.test', 'A web.ns.svc.test']);
    expect(await ips('web.ns.')).toEqual(['10.0.0.2']);
    server.asked.length = 0;
    await expect(ips('a.b.c')).rejects.toThrow(NameError);
    expect(server.asked[0]).toBe('A a.b.c');
  });

  it.each(['', '.', 'a..b', `${'a'.repeat(64)}.test`, 'a'.repeat(300), 'sp ace.test', 'ü.test'])('%j is never asked for', async (name) => {
    const { server, ips } = await start(() => []);
    await expect(ips(name)).rejects.toThrow(NameError);
    expect(server.asked).toEqual([]);
  });

  it.each([
    ['listed.test', ['10.9.9.9']], ['LISTED.TEST.', ['10.9.9.9']], ['other', ['10.9.9.9']], ['six.test', ['::1']],
    ['localhost', ['127.0.0.1']], ['a.localhost', ['127.0.0.1']],
  ])('%s needs no server', async (name, expected) => {
    const { server, ips } = await start(() => []);
    expect(await ips(name)).toEqual(expected);
    expect(server.asked).toEqual([]);
  });

  it('is forgotten when there are more than may be kept', async () => {
    const { server, ips } = await start((name) => [a(name, '10.0.0.1')], { capacity: 2, order: ['A'] });
    for (const name of ['a.test', 'b.test', 'c.test', 'a.test']) await ips(name);
    expect(server.asked).toEqual(['A a.test', 'A b.test', 'A c.test', 'A a.test']);
  });
});

describe('an answer', () => {
  it('that does not fit is fetched over TCP', async () => {
    const records = Array.from({ length: 100 }, (_, at) => a('big.test', `10.0.1.${at}`));
    const { server, ips } = await start(knowing(records));
    server.truncates = true;
    expect(await ips('big.test')).toHaveLength(100);
    expect(server.tcp).toBe(1);
  });

  it('with another id, of another question, malformed or that is a question is not believed', async () => {
    const { ips } = await start((_name, type) => (question, send) => {
      const evil = [a('a.test', '6.6.6.6')];
      send(answerTo({ ...question, id: (question.id! + 1) % 65_536 }, { answers: evil }));
      send(answerTo({ ...question, questions: [{ type: 'A', name: 'b.test' }] } as DecodedPacket, { answers: evil }));
      send({ ...answerTo(question, { answers: evil }), type: 'query' });
      send(answerTo({ ...question, questions: [] } as DecodedPacket, { answers: evil }));
      setTimeout(() => send(answerTo(question, { answers: type === 'A' ? [a('a.test', '10.0.0.1')] : [] })), 20);
    });
    expect(await ips('a.test')).toEqual(['10.0.0.1']);
  });

  it('that never comes among a flood of others ends the question', async () => {
    const { ips } = await start(() => (question, send) => {
      const answers = [a('a.test', '6.6.6.6')];
      for (let at = 1; at <= 150; at += 1) send(answerTo({ ...question, id: (question.id! + at) % 65_536 }, { answers }));
    });
    await expect(ips('a.test')).rejects.toThrow(/datagrams that are no answer|did not answer in time/);
  });

  it('is asked for without EDNS where the server does not understand it', async () => {
    const { server, ips } = await start((name, _type, question) => (question.additionals!.length > 0 ? 'FORMERR' : [a(name, '10.0.0.1')]));
    expect([await ips('a.test'), await ips('b.test')]).toEqual([['10.0.0.1'], ['10.0.0.1']]);
    expect(server.asked).toEqual(['A a.test', 'A a.test', 'A b.test']);
  });

  it('of the second server counts when the first is silent or cannot tell', async () => {
    const good = await new NameServer('127.0.0.1', knowing([a('a.test', '10.0.0.1')])).start('127.0.0.1');
    for (const reply of [undefined, 'SERVFAIL'] as const) {
      const bad = await new NameServer('127.0.0.1', () => reply).start('127.0.0.1');
      const { ips } = await start(() => [], { servers: [bad, good].map(({ port }) => ({ address: '127.0.0.1', port })), timeoutMs: 100 });
      expect(await ips('a.test')).toEqual(['10.0.0.1']);
    }
  });

  it('comes from a server with an address of IPv6, too', async () => {
    const { ips } = await start(knowing([a('a.test', '10.0.0.1')]), { host: '::1' });
    expect(await ips('a.test')).toEqual(['10.0.0.1']);
  });

  it.each([
    [undefined, 1_000], [5, 5_000], [10_000_000, 86_400_000],
  ])('with a TTL of 0 and %s in its place counts for %d ms', async (validTtl, expected) => {
    const { resolve, clock } = await start(knowing([a('a.test', '10.0.0.1', 0)]), { validTtl });
    expect((await resolve('a.test')).expiresAt - clock.now).toBe(expected);
  });
});

describe('resolv.conf', () => {
  it('is read within the bounds of its manual', () => {
    expect(parseResolvConf([
      '# comment', 'nameserver 10.0.0.1 ; first', 'nameserver fe80::1%eth0', 'nameserver not-an-address', 'search a.test. b.test',
      'options ndots:99 timeout:0 attempts:9 rotate',
    ].join('\n'))).toEqual({
      servers: [{ address: '10.0.0.1', port: 53 }, { address: 'fe80::1%eth0', port: 53 }], search: ['a.test', 'b.test'], ndots: 15,
      timeoutMs: 1_000, attempts: 5,
    });
    expect(parseResolvConf('')).toEqual({
      servers: [{ address: '127.0.0.1', port: 53 }], search: [], ndots: 1, timeoutMs: 5_000, attempts: 2,
    });
  });
});

import { createSocket } from 'node:dgram';
import { existsSync, readFileSync, renameSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';

import { eventually } from '../../../test/fixtures/eventually.ts';
import { ManualClock } from '../../../test/fixtures/manual-clock.ts';
import { startSystemLog } from '../../../test/fixtures/system-log.ts';
import { temporaryFolder } from '../../../test/setup/temporary-folder.ts';
import { SYSTEM_CLOCK } from '../../base/clock.ts';
import { createLog, SILENT } from '../../base/log.ts';
import { createSelfSignedCertificate } from '../../base/self-signed-certificate.ts';
import { nodeMessages } from './node-messages.ts';
import { LoggerProgram } from './system-log.ts';

const cleanups: (() => void)[] = [];

afterEach(() => cleanups.splice(0).forEach((cleanup) => cleanup()));

function messagesOf(authorities: readonly string[] = [], systemLog = '/nowhere', clock = SYSTEM_CLOCK) {
  return nodeMessages({ clock, authorities, systemLog });
}

/** A log whose lines can be looked at. */
function noted() {
  const lines: string[] = [];
  const log = createLog({ write: (line) => void lines.push(`${JSON.parse(line).level}: ${JSON.parse(line).message}`) });
  return { log, lines };
}

interface LineReceiver {
  readonly port: number;
  readonly connections: Socket[];
  readonly texts: string[];
}

async function receive(server: Server): Promise<LineReceiver> {
  const receiver = { port: 0, connections: [] as Socket[], texts: [] as string[] };
  server.on(server.listenerCount('secureConnection') > 0 ? 'secureConnection' : 'connection', () => undefined);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  receiver.port = (server.address() as AddressInfo).port;
  const take = (socket: Socket) => {
    const at = receiver.texts.push('') - 1;
    receiver.connections.push(socket);
    socket.on('data', (part) => { receiver.texts[at] += part.toString(); }).on('error', () => undefined);
  };
  server.on('secureConnection', take);
  if (!('setSecureContext' in server)) server.on('connection', take);
  cleanups.push(() => {
    for (const socket of receiver.connections) socket.destroy();
    server.close();
  });
  return receiver;
}

describe('datagrams', () => {
  it('reach a receiver by address and by name', async () => {
    const received: string[] = [];
    const socket = createSocket('udp4', (datagram) => void received.push(datagram.toString()));
    await new Promise<void>((resolve) => void socket.bind(0, '127.0.0.1', resolve));
    cleanups.push(() => void socket.close());
    for (const host of ['127.0.0.1', 'localhost']) {
      const sender = messagesOf().udp({ host, port: socket.address().port, log: SILENT });
      sender.send(`from ${host}`);
      sender.close();
    }
    await eventually('both have come', () => received.length === 2);
    expect(received.toSorted()).toEqual(['from 127.0.0.1', 'from localhost']);
  });

  it('that cannot be sent are counted, and logged once', async () => {
    const { log, lines } = noted();
    const sender = messagesOf().udp({ host: '127.0.0.1', port: 9, log });
    for (let at = 0; at < 3; at += 1) sender.send('x'.repeat(70_000));
    await eventually('all are lost', () => sender.lost === 3);
    expect(lines).toEqual([expect.stringMatching(/^error: could not send to udp:\/\/127.0.0.1:9: .*EMSGSIZE/)]);
    const nameless = messagesOf().udp({ host: 'nowhere.invalid', port: 9, log: SILENT });
    await expect(nameless.deliver('x')).rejects.toThrow(/ENOTFOUND|EAI_AGAIN/);
  });
});

describe('a connection for messages', () => {
  it('is kept, and opened again when the receiver has closed it', async () => {
    const receiver = await receive(createServer());
    const sender = messagesOf().tcp({ host: '127.0.0.1', port: receiver.port, timeoutMs: 1000, keepAliveMs: 5000, log: SILENT });
    await sender.deliver('one\n');
    await sender.deliver('two\n');
    await eventually('both have come', () => receiver.texts.join('') === 'one\ntwo\n');
    expect(receiver.connections).toHaveLength(1);
    receiver.connections[0]!.end();
    await eventually('a new connection is used', async () => {
      await sender.deliver('three\n').catch(() => undefined);
      return receiver.texts.length > 1 && receiver.texts[1]!.includes('three\n');
    });
    sender.close();
  });

  it('ends when it was idle, and with its sender', async () => {
    const receiver = await receive(createServer());
    const idle = messagesOf().tcp({ host: '127.0.0.1', port: receiver.port, timeoutMs: 1000, keepAliveMs: 20, log: SILENT });
    await idle.deliver('x\n');
    const isClosed = (at: number) => receiver.connections[at]?.readableEnded === true || receiver.connections[at]?.destroyed === true;
    await eventually('the idle one is closed', () => isClosed(0));
    const used = messagesOf().tcp({ host: '127.0.0.1', port: receiver.port, timeoutMs: 1000, keepAliveMs: 60_000, log: SILENT });
    await used.deliver('y\n');
    used.close();
    await eventually('the other one, too', () => isClosed(1));
  });

  it('is verified where it uses TLS', async () => {
    const { certificate, key } = await createSelfSignedCertificate({ commonName: 'logs.test' });
    const names: (string | false | null)[] = [];
    const server = createTlsServer({ cert: certificate, key }, (socket) => void names.push(socket.servername));
    const receiver = await receive(server as unknown as Server);
    const tcp = (authorities: readonly string[], serverName: string) => messagesOf(authorities)
      .tcp({ host: '127.0.0.1', port: receiver.port, timeoutMs: 1000, keepAliveMs: 10, log: SILENT, tls: { serverName } });
    await tcp([certificate], 'logs.test').deliver('secret\n');
    await eventually('the line has come', () => receiver.texts.includes('secret\n'));
    expect(names).toEqual(['logs.test']);
    await expect(tcp([], 'logs.test').deliver('x')).rejects.toThrow('self-signed certificate');
    await expect(tcp([certificate], 'other.test').deliver('x')).rejects.toThrow('does not match');
  });

  it('loses what a receiver does not take, within bounds of time and memory', async () => {
    const server = createServer((socket) => void socket.pause());
    const receiver = await receive(server);
    const { log, lines } = noted();
    const sender = messagesOf().tcp({ host: '127.0.0.1', port: receiver.port, timeoutMs: 200, keepAliveMs: 5000, log });
    server.removeAllListeners('connection');
    server.on('connection', (socket) => {
      receiver.connections.push(socket);
      socket.pause();
    });
    const big = Buffer.alloc(1_048_576);
    for (let at = 0; at < 40; at += 1) sender.send(big);
    expect(sender.lost).toBe(0);
    await eventually('what is too much is lost at once', () => sender.lost >= 24);
    await eventually('the rest after the time limit', () => sender.lost > 30);
    expect(lines.filter((line) => line.startsWith('error')).length).toBeLessThan(5);
  });
});

describe('files of messages', () => {
  it('are appended to by all users of a path, and readable by everyone', async () => {
    const path = join(temporaryFolder('messages'), 'requests.log');
    const messages = messagesOf();
    const [first, second] = [messages.file({ path, reopens: false, log: SILENT }), messages.file({ path, reopens: false, log: SILENT })];
    first.send('{"a":1}');
    second.send('{"b":2}');
    first.close();
    second.send('{"c":3}');
    second.close();
    await messages.close();
    expect(readFileSync(path, 'utf8')).toBe('{"a":1}\n{"b":2}\n{"c":3}\n');
    expect(statSync(path).mode & 0o777).toBe(0o644);
  });

  it('are left when they were rotated, where that is asked for', async () => {
    const folder = temporaryFolder('messages');
    for (const reopens of [true, false]) {
      const path = join(folder, `${reopens}.log`);
      const file = messagesOf().file({ path, reopens, log: SILENT });
      file.send('before');
      await eventually('it is written', () => existsSync(path) && readFileSync(path, 'utf8') === 'before\n');
      renameSync(path, `${path}.1`);
      file.send('after');
      const target = reopens ? path : `${path}.1`;
      await eventually('the next line is where it belongs', () => existsSync(target) && readFileSync(target, 'utf8').endsWith('after\n'));
    }
  });

  it('that cannot be written lose their lines, and say so once', async () => {
    const { log, lines } = noted();
    const file = messagesOf().file({ path: '/nowhere/at/all', reopens: false, log });
    for (let at = 0; at < 3; at += 1) file.send('x');
    await eventually('all are lost', () => file.lost === 3);
    expect(lines).toEqual(['error: could not write to /nowhere/at/all: ENOENT: no such file or directory, open \'/nowhere/at/all\'']);
  });
});

async function daemon(path: string): Promise<string[]> {
  const { lines, close } = await startSystemLog(path);
  cleanups.push(close);
  return lines;
}

describe("the machine's log", () => {
  it('gets entries with priority, time, tag and process', async () => {
    const path = join(temporaryFolder('syslog'), 'log');
    const lines = await daemon(path);
    const log = messagesOf([], path).systemLog(SILENT);
    cleanups.push(() => log.close());
    log.send(14, '{"a":"é"}');
    log.send(156, `{"long":"${'x'.repeat(60_000)}"}`);
    log.send(14, 'two\nlines');
    await eventually('all have come', () => lines.length === 3);
    expect(lines[0]).toMatch(new RegExp(`^<14>[A-Z][a-z]{2} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d kong\\[${process.pid}\\]: \\{"a":"é"\\}$`));
    expect(lines[1]).toMatch(/^<156>.*x"\}$/);
    expect(lines[2]).toMatch(/: two lines$/);
  });

  it('is found again when it was gone', async () => {
    const path = join(temporaryFolder('syslog'), 'log');
    const clock = new ManualClock();
    const { log, lines: logged } = noted();
    const system = messagesOf([], path, clock).systemLog(log);
    cleanups.push(() => system.close());
    system.send(14, 'no receiver listens');
    await eventually('it is lost', () => system.lost > 0);
    expect(logged[0]).toMatch(/^error: could not send to the log of the machine .*No such file or directory/);
    const lines = await daemon(path);
    await eventually('an entry comes', () => {
      clock.advance(1000);
      system.send(14, 'here again');
      return lines.some((line) => line.endsWith('here again'));
    });
  });

  it('says what is missing where there is no program for it', async () => {
    const { log, lines } = noted();
    const system = new LoggerProgram({ socket: '/nowhere', log, clock: SYSTEM_CLOCK, program: 'hybridge-no-such-program' });
    system.send(14, 'x');
    await eventually('it is lost', () => system.lost > 0);
    expect(lines[0]).toMatch(/the program hybridge-no-such-program cannot be started: .*ENOENT; install util-linux/);
  });
});

/** Commands against an Admin API behind TLS that asks for client certificates. */
import { once } from 'node:events';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import type { Server } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { StateFolder, runCommand, startControlPlane } from '../../gateway/test/fixtures/command-run.ts';
import type { ControlPlane } from '../../gateway/test/fixtures/command-run.ts';
import { Authority } from '../../gateway/test/fixtures/tunnel-certificates.ts';
import { history } from '../commands/history.ts';
import { sync } from '../commands/sync.ts';

const NAME = 'admin.test';

const files = new StateFolder();
let node: ControlPlane;
let gate: Server;
let address: string;
/** Requests that got past TLS, by the name in the client's certificate. */
const admitted: string[] = [];

/** By what a test calls them: files in PEM format. */
const pem: Record<'authority' | 'otherAuthority' | 'clientCert' | 'clientKey' | 'strangerCert' | 'strangerKey', string> = {
  authority: '', otherAuthority: '', clientCert: '', clientKey: '', strangerCert: '', strangerKey: '',
};

beforeAll(async () => {
  const [authority, other] = [await Authority.create('ours'), await Authority.create('theirs')];
  const [server, client, stranger] = [
    await authority.issue(NAME, ['server']), await authority.issue('pipeline', ['client']), await other.issue('stranger', ['client']),
  ];
  pem.authority = files.file(authority.certificate, 'authority.pem');
  pem.otherAuthority = files.file(other.certificate, 'other.pem');
  pem.clientCert = files.file(client.certificate, 'client.pem');
  pem.clientKey = files.file(client.key.reveal(), 'client.key');
  pem.strangerCert = files.file(stranger.certificate, 'stranger.pem');
  pem.strangerKey = files.file(stranger.key.reveal(), 'stranger.key');
  node = await startControlPlane();
  gate = createServer({
    cert: server.certificate, key: server.key.reveal(), ca: authority.certificate, requestCert: true, rejectUnauthorized: true,
  }, (socket) => {
    admitted.push(String(socket.getPeerCertificate().subject.CN));
    const behind = connect(node.port, '127.0.0.1');
    socket.on('error', () => behind.destroy());
    behind.on('error', () => socket.destroy());
    socket.pipe(behind).pipe(socket);
  });
  gate.listen(0, '127.0.0.1');
  await once(gate, 'listening');
  address = `https://127.0.0.1:${(gate.address() as AddressInfo).port}`;
});
afterAll(async () => {
  gate.close();
  await node.close();
});

const trusting = () => ['--kong-addr', address, '--ca-cert-file', pem.authority];
const named = () => ['--tls-server-name', NAME];
const shown = () => ['--tls-client-cert-file', pem.clientCert, '--tls-client-key-file', pem.clientKey];

describe('a command', () => {
  it('reads and writes with an authority of its own, a client certificate and the name of the server', async () => {
    const state = files.file({ services: [{ name: 'one', host: 'h.test' }] });
    const written = await runCommand(sync, ...trusting(), ...named(), ...shown(), '--author', 'pipeline', state);
    expect(written).toMatchObject({ code: 0, stderr: '' });
    const { code, stdout } = await runCommand(history, ...trusting(), ...named(), ...shown(), '--json');
    expect([code, JSON.parse(stdout)[0]]).toEqual([0, expect.objectContaining({ author: 'pipeline', changes: 1 })]);
    expect(new Set(admitted)).toEqual(new Set(['pipeline']));
  });

  it.each<[string, () => readonly string[], RegExp]>([
    ['the authority is another one', () => [
      '--kong-addr', address, '--ca-cert-file', pem.otherAuthority, ...named(), ...shown(),
    ], /certificate/],
    ['no authority is given', () => ['--kong-addr', address, ...named(), ...shown()], /certificate/],
    ['the certificate has another name', () => [...trusting(), '--tls-server-name', 'other.test', ...shown()], /other\.test/],
    ['the certificate does not have the address', () => [...trusting(), ...shown()], /127\.0\.0\.1/],
    ['it shows no certificate', () => [...trusting(), ...named()], /certificate required|alert|ECONNRESET|closed|hang up/],
    ['it shows a certificate of another authority', () => [
      ...trusting(), ...named(), '--tls-client-cert-file', pem.strangerCert, '--tls-client-key-file', pem.strangerKey,
    ], /unknown ca|alert|ECONNRESET|closed|hang up/],
  ])('writes nothing, and says it in one line, when %s', async (_, options, why) => {
    const before = await node.store.latest.revision();
    const passed = admitted.length;
    const { code, stdout, stderr } = await runCommand(sync, ...options(), files.file({ services: [{ name: 'two', host: 'h.test' }] }));
    expect(code, stderr).not.toBe(0);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^hybridge[^\n]*\n$/);
    expect(stderr).toMatch(why);
    expect(stderr).not.toContain('PRIVATE KEY');
    expect([admitted.length, await node.store.latest.revision()]).toEqual([passed, before]);
  });

  it.each(['--tls-client-cert-file', '--tls-client-key-file'])('wants certificate and key together: %s', async (option) => {
    const { code, stderr } = await runCommand(history, ...trusting(), ...named(), option, pem.clientCert);
    expect([code, stderr]).toEqual([expect.any(Number), expect.stringContaining('give both, or none')]);
    expect(code).not.toBe(0);
  });
});

/** One question to one server: over UDP, and over TCP when the answer does not fit. */
import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';

import packet from 'dns-packet';
import type { DecodedPacket, Packet } from 'dns-packet';

export type QueryType = 'A' | 'AAAA' | 'SRV';

export interface DnsServer {
  readonly address: string;
  readonly port: number;
}

interface Query {
  readonly server: DnsServer;
  readonly name: string;
  readonly type: QueryType;
  /** Whether the question says how long a datagram may be. Old servers refuse such a question. */
  readonly edns: boolean;
  readonly timeoutMs: number;
}

/** Longest datagram that crosses most networks in one piece. Bytes. */
const EDNS_SIZE = 1232;

/** Datagrams that are no answer to the question, before the query is given up: someone is guessing. */
const MAX_STRAY = 100;

/** @throws Error there is no answer in time */
export async function query(asked: Query): Promise<DecodedPacket> {
  const question = questionOf(asked);
  const answer = await overUdp(asked, question);
  return answer.flag_tc ? overTcp(asked, question) : answer;
}

function questionOf({ name, type, edns }: Query): Packet {
  return {
    type: 'query', id: randomInt(65_536), flags: packet.RECURSION_DESIRED, questions: [{ type, name, class: 'IN' }],
    ...edns && { additionals: [{ type: 'OPT', name: '.', udpPayloadSize: EDNS_SIZE, flags: 0, options: [] }] },
  } as Packet;
}

/** Each question leaves from a port of its own, which the system chooses at random; the socket takes datagrams of this server only. */
function overUdp({ server: { address, port }, timeoutMs }: Query, question: Packet): Promise<DecodedPacket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    let stray = 0;
    const end = (settle: () => void) => {
      clearTimeout(timer);
      socket.removeAllListeners();
      socket.on('error', () => undefined);
      socket.close();
      settle();
    };
    const timer = setTimeout(() => end(() => reject(timedOut(address, port))), timeoutMs);
    socket.on('error', (error) => end(() => reject(error)));
    socket.on('message', (bytes) => {
      const answer = decoded(bytes);
      if (answer !== undefined && isAnswerTo(answer, question)) return end(() => resolve(answer));
      stray += 1;
      if (stray >= MAX_STRAY) end(() => reject(new Error(`${address}:${port} sent ${MAX_STRAY} datagrams that are no answer`)));
      return undefined;
    });
    socket.connect(port, address, () => socket.send(packet.encode(question)));
  });
}

function overTcp({ server: { address, port }, timeoutMs }: Query, question: Packet): Promise<DecodedPacket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, address, () => socket.write(packet.streamEncode(question)));
    const timer = setTimeout(() => socket.destroy(timedOut(address, port)), timeoutMs);
    let seen = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      seen = Buffer.concat([seen, chunk]);
      if (seen.length < 2 || seen.length < seen.readUInt16BE(0) + 2) return;
      const answer = decoded(seen.subarray(2, seen.readUInt16BE(0) + 2));
      if (answer !== undefined && isAnswerTo(answer, question)) resolve(answer);
      socket.destroy();
    });
    socket.on('error', reject);
    socket.on('close', () => {
      clearTimeout(timer);
      reject(new Error(`${address}:${port} closed the connection without an answer`));
    });
  });
}

function decoded(bytes: Buffer): DecodedPacket | undefined {
  try {
    return packet.decode(bytes);
  } catch {
    return undefined;
  }
}

function isAnswerTo(answer: DecodedPacket, { id, questions }: Packet): boolean {
  const [asked] = questions!;
  const [named] = answer.questions ?? [];
  return answer.type === 'response' && answer.id === id && answer.questions?.length === 1
    && named!.type === asked!.type && named!.name.toLowerCase() === asked!.name.toLowerCase();
}

function timedOut(address: string, port: number): Error {
  return new Error(`${address}:${port} did not answer in time`);
}

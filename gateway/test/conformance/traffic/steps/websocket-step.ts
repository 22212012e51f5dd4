/** Step `ws`: a WebSocket client, and what both ends saw. */
import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';

import { encodeWire, WireReader } from '../../../fixtures/websocket-bytes.ts';
import type { WireFrame } from '../../../fixtures/websocket-bytes.ts';
import type { Step } from '../../suite.ts';
import { differences } from '../expectation.ts';
import { HttpReader } from '../http-reader.ts';
import type { ReadMessage } from '../http-reader.ts';
import { observe, seenRequest } from '../observation.ts';
import type { Scope } from '../observation.ts';
import { pause } from '../replay-context.ts';
import type { ObservingStep } from '../replay-context.ts';
import type { ReplayNode } from '../replay-node.ts';

interface SentFrame {
  readonly op: number;
  readonly data?: string;
  readonly times?: number;
  readonly fin?: boolean;
  /** Of a close frame. */
  readonly code?: number;
  readonly nomask?: boolean;
  readonly rsv?: number;
}

interface WebSocketStep {
  readonly host: string;
  readonly p?: string;
  readonly m?: string;
  readonly v?: string;
  /** In place of headers of the handshake, or in addition to them; null removes one. */
  readonly h?: readonly (readonly [string, string | null])[];
  readonly send?: readonly SentFrame[];
  /** How many frames to wait for. */
  readonly expect?: number;
  /** How long to wait for them. Seconds. */
  readonly read?: number;
  /** Seconds before the end. */
  readonly linger?: number;
  readonly tls?: boolean;
  readonly sni?: string;
}

/** How long frames may take. Seconds. */
const READ_LIMIT = 3;

/** How long the end of a connection is watched for, and may take to get to the upstream. Seconds. */
const END_LIMIT = 1;

export const webSocketStep: ObservingStep = async (template: Step, { node, counterparts, ports, bindings }, expected) => {
  const step = template.ws as WebSocketStep;
  const scope = withoutNulls(template) as Scope;
  counterparts.webSockets.handshakes.splice(0);
  const seen = await converse(step, node.ports, (expected as { readonly conn?: string }).conn === 'closed');
  const { handshakes } = counterparts.webSockets;
  const isPending = () => handshakes.some(({ end, isOver }) => end === null && !isOver);
  for (const deadline = Date.now() + END_LIMIT * 1000; isPending() && Date.now() < deadline;) await pause(0.01);
  const exchanged = { answers: seen.answers, missing: seen.answers.length === 0 ? 1 : 0, rest: '', open: seen.open };
  const { res } = observe(scope, exchanged, [], ports);
  const up = handshakes.map(({ request, early, end, frames }) => {
    const { line, headers } = seenRequest({ ...request, slot: 'ws' }, scope, ports);
    return { line, headers, early, end, frames: frames.map((frame) => shownFrame(frame, false)) };
  });
  return differences(expected, { conn: seen.open ? 'open' : 'closed', res, frames: seen.frames, up }, bindings);
};

function withoutNulls(step: Step): Step {
  return Object.fromEntries(Object.entries(step).filter(([, value]) => value !== null));
}

interface Conversation {
  readonly answers: readonly ReadMessage[];
  readonly frames: readonly unknown[];
  readonly open: boolean;
}

async function converse(step: WebSocketStep, ports: ReplayNode['ports'], ends: boolean): Promise<Conversation> {
  const { sni } = step;
  const socket = step.tls === true
    ? connectTls({ port: ports.proxyssl, host: '127.0.0.1', rejectUnauthorized: false, ...sni !== undefined && { servername: sni } })
    : connect({ port: ports.proxy, host: '127.0.0.1' });
  const http = new HttpReader();
  const wire = new WireReader();
  const frames: WireFrame[] = [];
  let answer: ReadMessage | undefined;
  let isOver = false;
  const over = () => {
    isOver = true;
    http.end();
    answer ??= http.next('response');
  };
  socket.on('error', () => undefined).on('end', over).on('close', over);
  socket.on('data', (chunk) => {
    if (answer !== undefined) return void frames.push(...wire.push(chunk));
    http.push(chunk);
    answer = http.next('response');
    if (answer !== undefined) frames.push(...wire.push(Buffer.from(http.rest, 'latin1')));
  });
  const until = async (isTrue: () => boolean, seconds: number) => {
    for (const deadline = Date.now() + seconds * 1000; !isTrue() && !isOver && Date.now() < deadline;) await pause(0.003);
  };
  try {
    socket.write(handshakeOf(step), 'latin1');
    await until(() => answer !== undefined, 10);
    if (answer?.startLine.split(' ')[1] === '101') {
      for (const frame of step.send ?? []) socket.write(bytesOf(frame));
      const { expect = 0 } = step;
      await until(() => frames.length >= expect && (expect > 0 || step.read === undefined), step.read ?? READ_LIMIT);
    }
    await pause(step.linger ?? 0);
    await until(() => false, ends ? END_LIMIT : 0.02);
    return {
      answers: answer === undefined ? [] : [answer],
      frames: [...frames.map((frame) => shownFrame(frame, true)), ...wire.hasRest ? ['<cut>'] : []],
      open: !isOver,
    };
  } finally {
    socket.end();
    socket.destroySoon();
  }
}

function handshakeOf({ m = 'GET', p = '/', v = '1.1', host, h = [] }: WebSocketStep): string {
  const headers: [string, string | null][] = [
    ['Host', host], ['Upgrade', 'websocket'], ['Connection', 'Upgrade'], ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
    ['Sec-WebSocket-Version', '13'],
  ];
  for (const [name, value] of h) {
    const known = headers.find(([other]) => other.toLowerCase() === name.toLowerCase());
    if (known === undefined) headers.push([name, value]);
    else known[1] = value;
  }
  const lines = headers.filter(([, value]) => value !== null).map(([name, value]) => `${name}: ${value}`);
  return `${[`${m} ${p} HTTP/${v}`, ...lines].join('\r\n')}\r\n\r\n`;
}

function bytesOf({ op, data = '', times = 1, fin = true, code, nomask = false, rsv = 0 }: SentFrame): Buffer {
  const payload = code === undefined ? data.repeat(times) : String.fromCharCode(Math.floor(code / 256), code % 256) + data;
  return encodeWire(op, payload, { fin, mask: !nomask, rsv });
}

/** Data that is longer is described. Characters. */
const LONG = 200;

function shownFrame({ op, fin, payload }: WireFrame, withDigest: boolean): unknown {
  if (payload.length <= LONG) return [op, fin, payload.toString('latin1')];
  const digest = createHash('sha1').update(payload).digest('hex').slice(0, 8);
  return [op, fin, withDigest ? `<${payload.length} bytes sha1 ${digest}>` : `<${payload.length} bytes>`];
}

/** Messages of gRPC as bytes, and as the recordings show them. */

/** Longer messages are described. Bytes. */
const LONG = 1_000;

export function frameOf(message: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

export function messagesOf(body: Buffer): readonly Buffer[] {
  const messages: Buffer[] = [];
  for (let at = 0; body.length - at >= 5;) {
    const length = body.readUInt32BE(at + 1);
    messages.push(body.subarray(at + 5, at + 5 + length));
    at += 5 + length;
  }
  return messages;
}

export function shownMessage(message: Buffer): string {
  return message.length > LONG ? `<${message.length} bytes>` : message.toString('base64');
}

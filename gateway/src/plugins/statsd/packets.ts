/** Which lines of metrics share a datagram. */

/**
 * @param size bytes of a packet; 0 for a packet of its own for each line
 * @returns packets in the order of the lines; a line that is longer than a packet is sent alone
 */
export function packets(lines: readonly string[], size: number): readonly string[] {
  if (size === 0) return lines;
  const all: string[] = [];
  let packet: string[] = [];
  let bytes = 0;
  const end = () => {
    if (packet.length > 0) all.push(packet.join('\n'));
    packet = [];
    bytes = 0;
  };
  for (const line of lines) {
    const length = Buffer.byteLength(line);
    if (bytes + length > size) end();
    packet.push(line);
    bytes += length + 1;
  }
  end();
  return all;
}

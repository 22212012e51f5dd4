/** Ports of data planes for connections without HTTP: what users may ask for, and what nodes get. */
import { ENV, PORTS } from '../../../private/contract';
import { requireWhole } from '../../../private/input/numbers';
import { StreamProtocol } from '../../stream-port';
import type { StreamPort } from '../../stream-port';
import type { PlaneSettings, StreamAddress } from './plane';

/** Ports below need a capability that containers do not have. */
const FIRST_PORT = 1024;
const LAST_PORT = 65_535;

const TAKEN: readonly number[] = Object.values(PORTS);

/** @throws Error that names the property */
export function streamAddresses(ports: readonly StreamPort[]): readonly StreamAddress[] {
  ports.forEach(({ port }, at) => {
    const property = `streamPorts[${at}].port`;
    requireWhole(property, port, { min: FIRST_PORT });
    if (port > LAST_PORT) throw new Error(`${property}: got ${port}, expected at most ${LAST_PORT}`);
    if (TAKEN.includes(port)) throw new Error(`${property}: got ${port}, which nodes use themselves, expected another port`);
    if (ports.findIndex((other) => other.port === port) !== at) {
      throw new Error(`${property}: got ${port} twice, expected each port once, because a load balancer has one listener for it`);
    }
  });
  return ports.map(({ port, protocol }) => ({ port, transport: protocol === StreamProtocol.UDP ? 'UDP' : 'TCP' }));
}

/** What nodes listen on. */
export function streamSettings(ports: readonly StreamPort[]): PlaneSettings {
  if (ports.length === 0) return {};
  const suffixes: Readonly<Record<StreamProtocol, string>> = { tcp: '', tls: ' ssl', udp: ' udp' };
  return { [ENV.streamListen]: ports.map(({ port, protocol = StreamProtocol.TCP }) => `0.0.0.0:${port}${suffixes[protocol]}`).join(', ') };
}

/** One address that requests of an upstream can go to. It survives configurations that keep it. */
import { AddressHealth } from './address-health.ts';

export class Address {
  readonly ip: string;
  readonly port: number;
  /** The target as it is configured: a name or an address. */
  readonly hostname: string;
  weight: number;
  readonly health = new AddressHealth();
  /** Requests that are under way. */
  active = 0;
  /** Moving average of the time that answers take. Milliseconds; `undefined` until the algorithm needs it. */
  latency: number | undefined;
  /** When the average was made. Milliseconds of a clock that only goes forward. */
  latencyAt = 0;

  constructor({ ip, port, hostname, weight }: Pick<Address, 'ip' | 'port' | 'hostname' | 'weight'>) {
    this.ip = ip;
    this.port = port;
    this.hostname = hostname;
    this.weight = weight;
  }

  get isAvailable(): boolean {
    return this.weight > 0 && this.health.isHealthy;
  }
}

/** What a server says about itself. */
import { GatewayError } from '../../base/errors.ts';

export interface MysqlServer {
  readonly isMariaDb: boolean;
  /** Largest statement, in bytes. */
  readonly maxPacket: number;
}

/** First releases with tables of JSON, and with a collation that compares every byte, spaces at the end included. */
const OLDEST = { MariaDB: '10.6.0', MySQL: '8.0.17' } as const;

/**
 * @param version as `version()` gives it, such as `10.11.6-MariaDB-log` or `8.0.36`
 * @throws GatewayError `database-unavailable`: the server is too old
 */
export function serverOf(version: string, maxPacket: number): MysqlServer {
  const name = /mariadb/i.test(version) ? 'MariaDB' : 'MySQL';
  if (isOlder(version, OLDEST[name])) {
    const fix = `use MySQL ${OLDEST.MySQL} or MariaDB ${OLDEST.MariaDB}, or later`;
    throw new GatewayError('database-unavailable', `${name} ${version} is too old for this gateway: ${fix}`, 'unavailable');
  }
  return { isMariaDb: name === 'MariaDB', maxPacket };
}

function isOlder(version: string, than: string): boolean {
  const [given, wanted] = [version, than].map((text) => (/^\d+(?:\.\d+)*/.exec(text)?.[0] ?? '0').split('.').map(Number));
  const at = wanted!.findIndex((part, n) => part !== (given![n] ?? 0));
  return at >= 0 && (given![at] ?? 0) < wanted![at]!;
}

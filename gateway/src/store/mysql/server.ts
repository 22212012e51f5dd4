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

/** Some servers of MariaDB put a version of MySQL before theirs; Aurora puts its own behind that of MySQL, without the last number. */
function isOlder(version: string, than: string): boolean {
  const text = /(\d[\d.]*)-mariadb/i.exec(version)?.[1] ?? version;
  const [given, wanted] = [text, than].map((each) => each.split('.').map((part) => Number.parseInt(part, 10))) as [number[], number[]];
  const isAurora = /aurora/i.test(version);
  for (const [n, least] of wanted.entries()) {
    const part = given[n] ?? Number.NaN;
    if (part === least) continue;
    if (Number.isNaN(part)) return !(isAurora && n === 2);
    return part < least;
  }
  return false;
}

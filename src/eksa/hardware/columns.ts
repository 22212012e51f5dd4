/** The columns of hardware.csv. */

/** Columns in the order in which they are written; the first eight must be in every header. */
export const COLUMNS = [
  'hostname', 'mac', 'ip_address', 'netmask', 'gateway', 'nameservers', 'labels', 'disk',
  'bmc_ip', 'bmc_username', 'bmc_password', 'vlan_id',
] as const;

export type Column = (typeof COLUMNS)[number];

export const REQUIRED_COLUMNS: readonly Column[] = COLUMNS.slice(0, 8);
export const BMC_COLUMNS: readonly Column[] = ['bmc_ip', 'bmc_username', 'bmc_password'];

/** The column that the tools take a header for: required ones literally; blanks around optional ones are tolerated. */
export function columnOf(header: string): Column | undefined {
  const column = COLUMNS.find((candidate) => candidate === header.trim());
  return column && (header === column || !REQUIRED_COLUMNS.includes(column)) ? column : undefined;
}

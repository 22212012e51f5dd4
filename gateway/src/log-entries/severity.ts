/** How severe a request or a stream is for syslog, by its status, and whether that is logged. */
/** Numbers of RFC 5424 §6.2.1: less is more severe. */
const SEVERITIES = { emerg: 0, alert: 1, crit: 2, err: 3, warning: 4, notice: 5, info: 6, debug: 7 } as const;

export type Severity = keyof typeof SEVERITIES;

export interface SeverityConfig {
  readonly log_level: Severity | null;
  readonly successful_severity: Severity | null;
  readonly client_errors_severity: Severity | null;
  readonly server_errors_severity: Severity | null;
}

/** @returns the number of the severity; `undefined` when it is below the level */
export function severityByStatus(config: SeverityConfig): (status: number) => number | undefined {
  const number = (severity: Severity | null) => SEVERITIES[severity ?? 'info'];
  const [level, success, client, server] = [
    config.log_level, config.successful_severity, config.client_errors_severity, config.server_errors_severity,
  ].map(number) as [number, number, number, number];
  return (status) => {
    const severity = status >= 500 ? server : status >= 400 ? client : success;
    return severity <= level ? severity : undefined;
  };
}

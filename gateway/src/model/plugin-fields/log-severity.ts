/** Severities of syslog, chosen by the status of the response. */
import { string } from '../schema/field.ts';

const SEVERITIES = ['debug', 'info', 'notice', 'warning', 'err', 'crit', 'alert', 'emerg'] as const;

export const severity = string({ one_of: SEVERITIES, default: 'info' });

const descriptions = {
  log_level: 'Lowest severity to send; entries below it are dropped.',
  successful_severity: 'Severity of requests with a status below 400.',
  client_errors_severity: 'Severity of requests with a status from 400 to 499.',
  server_errors_severity: 'Severity of requests with a status of 500 or more.',
} as const;

export const severityFields = {
  log_level: { ...severity, description: descriptions.log_level },
  successful_severity: { ...severity, description: descriptions.successful_severity },
  client_errors_severity: { ...severity, description: descriptions.client_errors_severity },
  server_errors_severity: { ...severity, description: descriptions.server_errors_severity },
};

export const requiredSeverityFields = {
  log_level: { ...severityFields.log_level, required: true },
  successful_severity: { ...severityFields.successful_severity, required: true },
  client_errors_severity: { ...severityFields.client_errors_severity, required: true },
  server_errors_severity: { ...severityFields.server_errors_severity, required: true },
} as const;

/** Findings about the text of cluster.yaml as a whole. */
import type { Finding } from '../finding';

/** How findings name the file. */
export const CLUSTER_FILE = 'cluster.yaml';

export function fileFinding(message: string, line: number | undefined, fix?: string, ruleId = 'P2'): Finding {
  return { ruleId, severity: 'error', path: CLUSTER_FILE, line, message, fix };
}

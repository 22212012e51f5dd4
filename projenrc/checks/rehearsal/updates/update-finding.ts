import type { Finding } from '../finding';
import type { Resource } from '../world/resources';

export function updateFinding({ stack, id, path }: Resource, told: Pick<Finding, 'rule' | 'what' | 'why' | 'fix'>): Finding {
  return { scenario: 'update', stack, id, path, ...told };
}

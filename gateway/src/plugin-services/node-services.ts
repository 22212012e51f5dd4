/** What plugins share on a node. Each service has a file or folder here. */
import type { NodeServices } from '../plugin-kit/services.ts';

export function createNodeServices(): NodeServices {
  return {};
}

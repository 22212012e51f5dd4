/** Which parts of a request become spans. */
import type { TracingSettings } from '../../plugin-kit/services.ts';

export interface Instrumentations {
  /** Whether there are spans at all. */
  readonly isOn: boolean;
  has(part: string): boolean;
}

export function instrumentationsOf({ instrumentations }: TracingSettings): Instrumentations {
  const isOn = instrumentations.length > 0 && !instrumentations.includes('off');
  const isAll = instrumentations.includes('all');
  return { isOn, has: (part) => isOn && (isAll || instrumentations.includes(part)) };
}

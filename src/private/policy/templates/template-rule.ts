/** A rule over the resources of a template. */
import type { Place } from './place';

export interface TemplateRule {
  /** What reports show and what is acknowledged, as `Hybridge::<id>`. */
  readonly id: string;
  readonly types: readonly string[];
  /** Names the property and what was found. */
  readonly finding: string;
  readonly reason: string;
  readonly fix: string;
  /** @returns the properties that break the rule, of one resource without conditions (readings.ts); none when it is kept */
  breaches(properties: Place, type: string): readonly Place[];
}

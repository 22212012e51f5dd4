/** Routes whose place among other routes is another than their fields suggest. */
import { regexPriorityCaution } from '../../model/entities/regex-priority-caution.ts';
import type { EntityRules } from './entity-rules.ts';

export const routeRules: EntityRules = { caution: regexPriorityCaution };

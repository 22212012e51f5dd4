/** All scenarios, in the order of the results. */
import type { Scenario } from './measured.ts';
import { adminApi } from './scenarios/admin-api.ts';
import { information } from './scenarios/information.ts';
import { routing } from './scenarios/routing.ts';
import { validation } from './scenarios/validation.ts';

export const SCENARIOS: readonly Scenario[] = [adminApi, information, validation, routing];

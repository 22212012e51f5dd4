/** All scenarios, in the order of the results. */
import type { Scenario, TableScenario } from './measured.ts';
import { adminApi } from './scenarios/admin-api.ts';
import { configuration } from './scenarios/configuration.ts';
import { information } from './scenarios/information.ts';
import { proxies } from './scenarios/proxy.ts';
import { routing } from './scenarios/routing.ts';
import { validation } from './scenarios/validation.ts';

export const SCENARIOS: readonly (Scenario | TableScenario)[] = [adminApi, information, validation, configuration, routing, ...proxies];

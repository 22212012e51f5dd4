/** All scenarios, in the order of the results. */
import type { Scenario, TableScenario } from './measured.ts';
import { adminApi } from './scenarios/admin-api.ts';
import { churn } from './scenarios/churn.ts';
import { configuration } from './scenarios/configuration.ts';
import { controlPlane } from './scenarios/control-plane.ts';
import { information } from './scenarios/information.ts';
import { proxies } from './scenarios/proxy.ts';
import { roundTrips } from './scenarios/round-trips.ts';
import { routing } from './scenarios/routing.ts';
import { stores } from './scenarios/stores.ts';
import { validation } from './scenarios/validation.ts';

export const SCENARIOS: readonly (Scenario | TableScenario)[] = [
  adminApi, stores, roundTrips, controlPlane, information, validation, configuration, routing, churn, ...proxies,
];

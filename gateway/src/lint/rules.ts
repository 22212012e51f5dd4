/** Every rule, in the order of docs/reference/lint.md. */
import type { LintRule } from './rule.ts';
import { idlePlugin } from './rules/idle-plugin.ts';
import { missingRateLimit } from './rules/missing-rate-limit.ts';
import { openEndedRegex } from './rules/open-ended-regex.ts';
import { outsideAcls } from './rules/outside-acls.ts';
import { plainSecret } from './rules/plain-secret.ts';
import { regexPriority } from './rules/regex-priority.ts';
import { routeWithoutService } from './rules/route-without-service.ts';
import { unreachableRoute } from './rules/unreachable-route.ts';
import { unusedCredential } from './rules/unused-credential.ts';
import { unverifiedTls } from './rules/unverified-tls.ts';
import { upstreamWithoutTargets } from './rules/upstream-without-targets.ts';

export const RULES: readonly LintRule[] = [
  unreachableRoute, routeWithoutService, upstreamWithoutTargets, regexPriority, openEndedRegex,
  idlePlugin, missingRateLimit, unusedCredential, outsideAcls, plainSecret, unverifiedTls,
];

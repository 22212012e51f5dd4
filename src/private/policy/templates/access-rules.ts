/** What roles and policies of IAM allow. */
import { referenceText } from '../iam-wildcards';
import { at, entries, isGiven, textOf } from './place';
import type { Place } from './place';
import type { TemplateRule } from './template-rule';

/** All actions, or all of a service. IAM does not distinguish upper and lower case. */
const EVERY_ACTION = /^(\*+|[a-z0-9*-]+:\*+)$/i;
const ADMINISTRATORS = /AdministratorAccess|PowerUserAccess|IAMFullAccess/;

export const ACCESS_RULES: readonly TemplateRule[] = [
  {
    id: 'IAM_WILDCARD_ACTION',
    types: ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy', 'AWS::IAM::RolePolicy'],
    breaches: (policy) => unlistedActions(policy),
    finding: 'PolicyDocument allows every action of a service, or all but some',
    reason: 'it grants actions that are not listed, including those that the service adds later',
    fix: 'name the actions that are called',
  },
  {
    id: 'IAM_ADMINISTRATOR',
    types: ['AWS::IAM::Role'],
    breaches: (role) => [
      // The partition is known only after deployment: the text around it is enough.
      ...entries(role, 'ManagedPolicyArns').filter(({ value }) => ADMINISTRATORS.test(referenceText(value))),
      ...entries(role, 'Policies').flatMap(unlistedActions),
    ],
    finding: 'the role administers the account, or a policy in it allows every action of a service',
    reason: 'no part of a gateway needs it',
    fix: 'name the actions that are called',
  },
];

function unlistedActions(policy: Place): readonly Place[] {
  return entries(policy, 'PolicyDocument.Statement')
    .filter((statement) => textOf(at(statement, 'Effect')) === 'Allow')
    .flatMap((statement) => [
      ...entries(statement, 'Action').filter((action) => EVERY_ACTION.test(textOf(action) ?? '')),
      ...[at(statement, 'NotAction')].filter(isGiven),
    ]);
}

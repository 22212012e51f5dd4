/** Rules about issuers and ARNs that can be written, and that nothing matches. */
import { checkDocuments } from '../../../src/eksa/check';
import { BASES, changed } from '../rule-bases';
import { RULE_SAMPLES } from '../rule-samples';
import { TODAY } from '../today';
import { findings } from './findings';

const base = BASES[RULE_SAMPLES.find(({ rule }) => rule === 'iam-arn')!.base];
const ROLE = 'AWSIamConfig/iam.spec.mapRoles[0].roleARN';
const USER = 'AWSIamConfig/iam.spec.mapUsers[0].userARN';
const ACCOUNT = '123456789012';

test.each([
  [ROLE, `arn:aws:iam::${ACCOUNT}:role/aws-reserved/sso.amazonaws.com/eu-west-1/Admin`, `write arn:aws:iam::${ACCOUNT}:role/Admin`],
  [ROLE, `arn:aws-cn:sts::${ACCOUNT}:assumed-role/Admin/session`, `write arn:aws-cn:iam::${ACCOUNT}:role/Admin`],
  [ROLE, `arn:aws:iam::${ACCOUNT}:user/a`, 'map users in mapUsers'],
  [ROLE, 'arn:aws:iam::1234:role/Admin', 'copy the ARN of the role'],
  [USER, `arn:aws:iam::${ACCOUNT}:role/Admin`, 'map roles in mapRoles'],
  [USER, 'b', 'copy the ARN of the user'],
])('%s %s matches no session', (place, arn, fix) => {
  const { documents } = changed(base, { [place]: arn });
  const found = checkDocuments(documents, undefined, { today: TODAY, isExisting: true });
  expect(found).toMatchObject([{ ruleId: 'iam-arn', severity: 'warning', path: place, fix }]);
});

test.each([
  [ROLE, `arn:aws-us-gov:iam::${ACCOUNT}:role/Admin`],
  [USER, `arn:aws:iam::${ACCOUNT}:user/team/b`],
  [USER, `arn:aws:iam::${ACCOUNT}:root`],
])('%s %s is fine', (place, arn) => {
  expect(findings(base, { [place]: arn }, { isExisting: true })).toEqual([]);
});

test.each<[string, string[]]>([
  ['https://keys.example/a', []],
  ['https://keys.example/a/', []],
  ['https://keys.example/.well-known/openid-configuration', ['warning issuer-path Cluster.spec.podIamConfig.serviceAccountIssuer']],
  ['https://keys.example/a/.well-known/', ['warning issuer-path Cluster.spec.podIamConfig.serviceAccountIssuer']],
  ['https://keys.example/a.well-known/x', []],
])('the issuer %s', (serviceAccountIssuer, expected) => {
  expect(findings(BASES.docker, { 'Cluster.spec.podIamConfig': { serviceAccountIssuer } })).toEqual(expected);
});

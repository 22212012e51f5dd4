/** Rules about identity providers, GitOps objects and issuers of tokens. The tools look only at documents that the Cluster refers to. */
import { oneOf, asWritten } from '../finding';
import { parsePlaceholder } from '../hardware/placeholder';
import type { ClusterDocument } from '../model/document';
import { documentPath } from '../model/document';
import type { AwsIamSpec, FluxSpec, GitOpsSpec, Github, OidcSpec } from '../model/identity';
import { parseUrl } from '../syntax/url';
import type { Context, Problem, Rule } from './rule';

type SpecCheck<Spec> = (spec: Spec, context: Context) => Iterable<Problem>;

/** A rule about each document of a kind that the Cluster refers to. */
function onReferenced<Spec>(id: string, kind: string, check: SpecCheck<Partial<Spec>>): Rule<ClusterDocument> {
  return {
    id,
    *check(cluster, context) {
      const refs = [...(cluster.spec?.identityProviderRefs ?? []), ...(cluster.spec?.gitOpsRef ? [cluster.spec.gitOpsRef] : [])];
      for (const ref of refs.filter((candidate) => candidate.kind === kind)) {
        const document = context.find<Spec>(ref.kind, ref.name);
        if (!document) continue;
        for (const problem of check(document.spec ?? {}, context)) yield { document: documentPath(document), ...problem };
      }
    },
  };
}

const POD_ISSUER = 'spec.podIamConfig.serviceAccountIssuer';
const KEY_ALGORITHMS = ['rsa', 'ecdsa', 'ed25519'];
const BACKEND_MODES = ['EKSConfigMap', 'CRD'];
/** What the tools take as a branch: at most one dot or slash, no dash before it, two characters or more. */
const BRANCH = /^([0-9A-Za-z_+,]+)\.?\/?([0-9A-Za-z\-_+,]+)$/;
const REPOSITORY = /^([0-9A-Za-z-_.]+)$/;

export const IDENTITY_RULES: readonly Rule<ClusterDocument>[] = [
  onReferenced<OidcSpec>('X4', 'OIDCConfig', oidc),
  onReferenced<AwsIamSpec>('X5', 'AWSIamConfig', awsIam),
  onReferenced<FluxSpec>('X6', 'FluxConfig', fluxProvider),
  onReferenced<FluxSpec>('X7', 'FluxConfig', (spec) => (spec.github ? github(spec.github, 'spec.github') : [])),
  onReferenced<FluxSpec>('X8', 'FluxConfig', fluxGit),
  onReferenced<FluxSpec>('X9', 'FluxConfig', (spec) => [
    ...branch(spec.branch, 'spec.branch'),
    ...repository(spec.github?.repository, 'spec.github.repository'),
  ]),
  onReferenced<GitOpsSpec>('X10', 'GitOpsConfig', gitOps),
  { id: 'pod-issuer', check: podIamIssuer },
  onReferenced<OidcSpec>('issuer-path', 'OIDCConfig', ({ issuerUrl }) => issuerPath(issuerUrl, 'spec.issuerUrl')),
  { id: 'issuer-path', check: ({ spec }) => issuerPath(spec?.podIamConfig?.serviceAccountIssuer, POD_ISSUER) },
  onReferenced<AwsIamSpec>('iam-arn', 'AWSIamConfig', iamArns),
];

function* oidc(spec: OidcSpec): Iterable<Problem> {
  if (!spec.clientId) yield { at: 'spec.clientId', message: 'is empty; expected the client id that tokens are issued for' };
  const url = spec.issuerUrl ? parseUrl(spec.issuerUrl) : undefined;
  if (!spec.issuerUrl) yield { at: 'spec.issuerUrl', message: 'is empty; expected the https URL of the issuer' };
  else if (url?.scheme !== 'https' || url.host === '') {
    yield { at: 'spec.issuerUrl', message: `is ${asWritten(spec.issuerUrl)}; expected a URL that starts with https:// and names a host` };
  }
  const claims = spec.requiredClaims?.length ?? 0;
  if (claims > 1) yield { at: 'spec.requiredClaims', message: `has ${claims} entries; at most one is supported` };
}

function* awsIam(spec: AwsIamSpec): Iterable<Problem> {
  if (!spec.awsRegion) yield { at: 'spec.awsRegion', message: 'is empty; expected a region such as eu-central-1' };
  const modes = spec.backendMode ?? [];
  if (modes.length === 0) yield { at: 'spec.backendMode', message: `is empty; expected ${oneOf(BACKEND_MODES)}` };
  for (const [index, mode] of modes.entries()) {
    if (!BACKEND_MODES.includes(mode)) {
      yield { at: `spec.backendMode[${index}]`, message: `is ${asWritten(mode)}; expected ${oneOf(BACKEND_MODES)}` };
    }
  }
  for (const [index, role] of (spec.mapRoles ?? []).entries()) {
    if (!role.roleARN) yield { at: `spec.mapRoles[${index}].roleARN`, message: 'is empty; expected the ARN of a role' };
    if (!role.username) yield { at: `spec.mapRoles[${index}].username`, message: 'is empty; expected the Kubernetes user name' };
  }
  for (const [index, user] of (spec.mapUsers ?? []).entries()) {
    if (!user.userARN) yield { at: `spec.mapUsers[${index}].userARN`, message: 'is empty; expected the ARN of a user' };
    if (!user.username) yield { at: `spec.mapUsers[${index}].username`, message: 'is empty; expected the Kubernetes user name' };
  }
  if (modes.includes('EKSConfigMap') && !spec.mapRoles?.length && !spec.mapUsers?.length) {
    yield { at: 'spec.mapRoles', message: 'and mapUsers are empty: no user could sign in', severity: 'warning' };
  }
}

function* fluxProvider(spec: FluxSpec): Iterable<Problem> {
  if (spec.github && spec.git) yield { at: 'spec.git', message: 'and github are both set', fix: 'keep one' };
  if (spec.github || spec.git) return;
  yield { at: 'spec.github', message: 'is missing, and so is git; expected one of them' };
  yield { at: 'spec.git', message: 'is missing, and so is github; expected one of them' };
}

function* github(spec: Github, at: string): Iterable<Problem> {
  if (!spec.owner) yield { at: `${at}.owner`, message: 'is empty; expected the owner of the repository' };
  if (!spec.repository) yield { at: `${at}.repository`, message: 'is empty; expected the name of the repository' };
}

function* fluxGit(spec: FluxSpec): Iterable<Problem> {
  if (!spec.git) return;
  const { repositoryUrl, sshKeyAlgorithm } = spec.git;
  if (!repositoryUrl || parseUrl(repositoryUrl)?.scheme !== 'ssh') {
    yield {
      at: 'spec.git.repositoryUrl',
      message: `is ${asWritten(repositoryUrl)}; expected a URL that starts with ssh://`,
      fix: 'write ssh://git@host/path instead of git@host:path',
    };
  }
  if (sshKeyAlgorithm && !KEY_ALGORITHMS.includes(sshKeyAlgorithm)) {
    yield { at: 'spec.git.sshKeyAlgorithm', message: `is ${asWritten(sshKeyAlgorithm)}; expected ${oneOf(KEY_ALGORITHMS)}` };
  }
}

function* branch(name: string | undefined, at: string): Iterable<Problem> {
  if (name && !BRANCH.test(name)) {
    yield { at, message: `is ${asWritten(name)}; the tools take two characters or more, at most one '/' or '.', and a dash only after it` };
  }
}

function* repository(name: string | undefined, at: string): Iterable<Problem> {
  if (name && !REPOSITORY.test(name)) yield { at, message: `is ${asWritten(name)}; expected letters, digits, '_', '-' and '.'` };
}

function* gitOps(spec: GitOpsSpec): Iterable<Problem> {
  const at = 'spec.flux.github';
  yield* github(spec.flux?.github ?? {}, at);
  yield* branch(spec.flux?.github?.branch, `${at}.branch`);
  yield* repository(spec.flux?.github?.repository, `${at}.repository`);
}

/** AWS and the API server's discovery know issuers by https only. */
function* podIamIssuer(cluster: ClusterDocument): Iterable<Problem> {
  const issuer = cluster.spec?.podIamConfig?.serviceAccountIssuer;
  if (!issuer || parsePlaceholder(issuer) || /^https:\/\/[^/]/i.test(issuer)) return;
  yield {
    at: POD_ISSUER,
    message: `is ${asWritten(issuer)}; expected a URL that starts with https://: AWS takes no token of another issuer`,
    fix: `write ${issuer.includes('://') ? 'https:// and the place where the keys are published' : `https://${issuer}`}`,
  };
}

/** Verifiers of tokens append the path of the discovery document to the issuer. */
function* issuerPath(issuer: string | undefined, at: string): Iterable<Problem> {
  const own = /^(.*?)\/*\.well-known\/(?:openid-configuration|oauth-authorization-server)?\/?$/.exec(issuer ?? '')?.[1];
  if (own === undefined) return;
  yield {
    at,
    message: `is ${asWritten(issuer)}; expected the issuer itself, as its tokens name it: the path of the discovery document is appended`,
    fix: `set it to ${own}`,
    severity: 'warning',
  };
}

const ROLE_ARN = /^arn:aws[a-z-]*:iam::\d{12}:role\/[^/]+$/;
const USER_ARN = /^arn:aws[a-z-]*:iam::\d{12}:(?:user\/.+|root)$/;

/** The authenticator compares with the role behind a session, whose ARN has no path. */
function* iamArns({ mapRoles = [], mapUsers = [] }: Partial<AwsIamSpec>): Iterable<Problem> {
  for (const [index, { roleARN }] of mapRoles.entries()) {
    if (!roleARN || ROLE_ARN.test(roleARN)) continue;
    yield {
      at: `spec.mapRoles[${index}].roleARN`,
      message: `is ${asWritten(roleARN)}; expected arn:aws:iam::123456789012:role/NAME without a path: no session would match it`,
      fix: roleFix(roleARN),
      severity: 'warning',
    };
  }
  for (const [index, { userARN }] of mapUsers.entries()) {
    if (!userARN || USER_ARN.test(userARN)) continue;
    yield {
      at: `spec.mapUsers[${index}].userARN`,
      message: `is ${asWritten(userARN)}; expected arn:aws:iam::123456789012:user/NAME: no user would match it`,
      fix: /:(?:assumed-)?role\//.test(userARN) ? 'map roles in mapRoles' : 'copy the ARN of the user',
      severity: 'warning',
    };
  }
}

function roleFix(arn: string): string {
  const [, partition, account, name] = /^arn:(aws[a-z-]*):iam::(\d{12}):role\/.*?([^/]+)$/.exec(arn)
    ?? /^arn:(aws[a-z-]*):sts::(\d{12}):assumed-role\/([^/]+)\/.*$/.exec(arn) ?? [];
  if (name) return `write arn:${partition}:iam::${account}:role/${name}`;
  return arn.includes(':user/') ? 'map users in mapUsers' : 'copy the ARN of the role';
}

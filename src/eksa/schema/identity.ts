/** The shapes of identity providers and GitOps objects. */
import { boolean, list, object, text, zeroDiffers } from './shape';

export const OIDC_SPEC = object({
  clientId: text,
  groupsClaim: text,
  groupsPrefix: text,
  issuerUrl: text,
  requiredClaims: list(object({ claim: text, value: text })),
  usernameClaim: text,
  usernamePrefix: text,
});

export const AWS_IAM_SPEC = object({
  'awsRegion!': text,
  'backendMode!': list(text),
  'mapRoles': list(object({ 'groups': list(text), 'roleARN!': text, 'username!': text })),
  'mapUsers': list(object({ 'groups': list(text), 'userARN!': text, 'username!': text })),
  'partition': text,
});

export const FLUX_SPEC = object({
  branch: text,
  clusterConfigPath: text,
  git: zeroDiffers(object({ 'repositoryUrl!': text, 'sshKeyAlgorithm': text })),
  github: zeroDiffers(object({ 'owner!': text, 'personal': boolean, 'repository!': text })),
  systemNamespace: text,
});

export const GIT_OPS_SPEC = object({
  flux: object({
    github: object({
      'branch': text,
      'clusterConfigPath': text,
      'fluxSystemNamespace': text,
      'owner!': text,
      'personal': boolean,
      'repository!': text,
    }),
  }),
});

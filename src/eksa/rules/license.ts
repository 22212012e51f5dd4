/** Rules about support: how long a Kubernetes version is supported, and the licence token that extended support needs. */
import { asWritten } from '../finding';
import { parsePlaceholder } from '../hardware/placeholder';
import type { ClusterDocument } from '../model/document';
import type { KubernetesSupport } from '../releases/kubernetes-support';
import { supportOf } from '../releases/kubernetes-support';
import { jwtClaims } from '../syntax/jwt';
import { kubernetesMinor } from '../syntax/version';
import { isWithin, writtenVersions } from './release';
import type { Context, Problem, Rule } from './rule';

const DAY = 'YYYY-MM-DD'.length;
const AT = 'spec.licenseToken';

export const LICENSE_RULES: readonly Rule<ClusterDocument>[] = [
  { id: 'support', check: support },
  { id: 'license-token', check: tokenSyntax },
  { id: 'license-expired', check: expiredToken },
];

/** The tools ask for tokens from v0.22.0 on; releases before the oldest known one are not judged. */
function asksForTokens({ unknownRelease }: Context): boolean {
  return unknownRelease?.is !== 'older';
}

function supportOfText(version: string | undefined): KubernetesSupport | undefined {
  const minor = kubernetesMinor(version);
  return minor === undefined ? undefined : supportOf(minor);
}

function* support(cluster: ClusterDocument, context: Context): Iterable<Problem> {
  if (!asksForTokens(context)) return;
  for (const { at, version } of writtenVersions(cluster)) {
    const dates = supportOfText(version);
    if (!dates || context.today <= dates.standardUntil || !isWithin(version, context.release.kubernetes)) continue;
    const isOver = context.today > dates.extendedUntil;
    if (!isOver && cluster.spec?.licenseToken) continue;
    yield {
      at,
      severity: 'warning',
      message: `is ${asWritten(version)}, ${ended(dates, isOver)}${consequence(cluster, at, isOver)}`,
      fix: isOver || cluster.spec?.licenseToken ? 'upgrade to a newer version' : 'set licenseToken, or use a newer version',
    };
  }
}

function ended({ standardUntil, extendedUntil, announcedBy }: KubernetesSupport, isOver: boolean): string {
  const whose = announcedBy === 'EKS Anywhere' ? '' : ` (the date of ${announcedBy})`;
  return `whose ${isOver ? 'extended' : 'standard'} support ended on ${isOver ? extendedUntil : standardUntil}${whose}`;
}

/** The tools look at the version of the cluster; that of a group decides about fixes only. */
function consequence(cluster: ClusterDocument, at: string, isOver: boolean): string {
  const noFixes = isOver ? ': it gets no fixes any longer' : '';
  if (cluster.spec?.licenseToken) return noFixes;
  if (at !== 'spec.kubernetesVersion') return noFixes || ': it gets fixes with a licence token only';
  return noFixes ? `${noFixes}, and the tools still ask for a licence token` : ': the tools ask for a licence token';
}

/** A token that is written out; placeholders are filled in later. */
function writtenToken(cluster: ClusterDocument): string | undefined {
  const token = cluster.spec?.licenseToken;
  return token && !parsePlaceholder(token) ? token : undefined;
}

/** The tools read the token when the cluster's version is past standard support; else a bad one waits for that day. */
function severity(cluster: ClusterDocument, context: Context): Problem['severity'] {
  const dates = supportOfText(cluster.spec?.kubernetesVersion);
  return asksForTokens(context) && dates && context.today > dates.standardUntil ? 'error' : 'warning';
}

/** Messages never show the token. */
function* tokenSyntax(cluster: ClusterDocument, context: Context): Iterable<Problem> {
  const token = writtenToken(cluster);
  if (token === undefined) return;
  const claims = jwtClaims(token);
  if (claims && validUntil(claims) !== undefined) return;
  yield {
    at: AT,
    severity: severity(cluster, context),
    message: claims
      ? 'is a JWT without the claim endValidity, and so no licence of EKS Anywhere'
      : 'is no JWT; expected three parts of base64url with dots between them, as AWS License Manager issues them',
    fix: 'copy the whole token of the subscription',
  };
}

function* expiredToken(cluster: ClusterDocument, context: Context): Iterable<Problem> {
  const claims = jwtClaims(writtenToken(cluster) ?? '');
  const until = claims && validUntil(claims);
  if (!until || context.today <= until) return;
  yield {
    at: AT,
    severity: severity(cluster, context),
    message: `expired on ${until}`,
    fix: 'set the token of a subscription that is valid',
  };
}

/** Last day of a licence: its own claim, or the registered one where that ends earlier. */
function validUntil({ endValidity, exp }: Readonly<Record<string, unknown>>): string | undefined {
  if (typeof endValidity !== 'string' || !/^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}/.test(endValidity)) return undefined;
  const end = new Date(endValidity);
  if ( Number.isNaN(end.getTime())) return undefined;
  const expiry = typeof exp === 'number' && Number.isFinite(exp) ? new Date(exp * 1000) : end;
  const earlier = expiry < end ? expiry : end;
  return earlier.toISOString().slice(0, DAY);
}

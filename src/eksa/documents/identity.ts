/** Documents beside the cluster to which it refers: identity providers and Flux. */
import type { Ref } from '../model/cluster';
import type { Document } from '../model/document';
import { document } from './cluster';

export const OIDC_KIND = 'OIDCConfig';
export const AWS_IAM_KIND = 'AWSIamConfig';
export const FLUX_KIND = 'FluxConfig';
/** The deprecated form of a FluxConfig. */
export const OLD_FLUX_KIND = 'GitOpsConfig';

/** A document and the reference to it; its name is mostly the cluster's, as the tools' own generator does it. */
export function companion(kind: string, name: string, spec: object): { readonly ref: Ref; readonly document: Document } {
  return { ref: { kind, name }, document: document(kind, name, spec) };
}

/** Documents that stand beside the cluster and that it refers to: identity providers and Flux. */
import type { Ref } from '../model/cluster';
import type { Document } from '../model/document';
import { document } from './cluster';

export const OIDC_KIND = 'OIDCConfig';
export const AWS_IAM_KIND = 'AWSIamConfig';
export const FLUX_KIND = 'FluxConfig';

/** A document whose name is the cluster's, as the tools' own generator does it. */
export function companion(kind: string, clusterName: string, spec: object): { readonly ref: Ref; readonly document: Document } {
  return { ref: { kind, name: clusterName }, document: document(kind, clusterName, spec) };
}

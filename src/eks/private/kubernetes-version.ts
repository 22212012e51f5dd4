/** Which versions of Kubernetes a cluster may have, and which kubectl fits. */
import { Token } from 'aws-cdk-lib';
import type * as eks from 'aws-cdk-lib/aws-eks-v2';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { KNOWN_LATER } from '../../private/input/place';

/** What Auto Mode asks for; older ones EKS does not make any more. https://docs.aws.amazon.com/eks/latest/userguide/automode.html */
const MIN_MINOR = 29;

/** Layers of kubectl carry their version in the name of their class. */
const LAYER_CLASS = /^KubectlV(\d+)Layer$/;

/**
 * Checks the version, and that kubectl is at most one minor version away, which is what Kubernetes supports.
 *
 * @throws Error that names the property
 */
export function requireVersions({ version }: eks.KubernetesVersion, kubectlLayer: lambda.ILayerVersion): void {
  const minor = Token.isUnresolved(version) ? NaN : Number(/^1\.(\d{1,3})$/.exec(version)?.[1] ?? NaN);
  if (!(minor >= MIN_MINOR)) {
    throw new Error(
      `kubernetesVersion: got ${Token.isUnresolved(version) ? KNOWN_LATER : version}, expected 1.${MIN_MINOR} or `
        + 'later, major and minor number, which EKS and its Auto Mode ask for:' +
        ' it decides about kubectl and goes into files for hybrid nodes',
    );
  }
  const layer = LAYER_CLASS.exec(kubectlLayer.constructor.name);
  if (!layer || Math.abs(Number(layer[1]) - minor) <= 1) return;
  throw new Error(
    `kubectlLayer: got ${layer[0]} for kubernetesVersion ${version}, expected at most one minor version of `
      + `difference: use KubectlV${minor}Layer` +
      ` of @aws-cdk/lambda-layer-kubectl-v${minor}`,
  );
}

import { Token } from 'aws-cdk-lib';
import * as cdk8s from 'cdk8s';
import { requireManifestRules } from '../policy/manifest-rules';
import type { KubernetesObject } from './object';

/** What becomes of CDK tokens in a chart. */
export enum ChartTokens {
  /** CloudFormation resolves them: the objects travel in a template. */
  RESOLVED_BY_CLOUDFORMATION,
  /** Nothing would resolve them: the objects are applied from files. */
  REFUSED,
}

/**
 * A cdk8s chart of its own app: trees of cdk8s and CDK cannot be mixed, and an app of its own keeps a failure with its plane.
 * Objects keep the names and the order that they are given.
 *
 * @throws Error when one of them breaks a rule of manifests (policy/manifest-rules.ts)
 */
export function manifestChart(name: string, objects: readonly KubernetesObject[], tokens: ChartTokens): cdk8s.Chart {
  requireManifestRules(objects);
  const app = new cdk8s.App({ resolvers: tokens === ChartTokens.REFUSED ? [new TokenRefusal()] : [] });
  const chart = new cdk8s.Chart(app, name, { disableResourceNameHashes: true });
  let previous: cdk8s.ApiObject | undefined;
  for (const object of objects) {
    const { apiVersion, kind, metadata, ...rest } = object;
    const next = new cdk8s.ApiObject(chart, `${kind}-${metadata.name}`, {
      apiVersion,
      kind,
      metadata: { ...metadata, labels: { ...metadata.labels } },
      ...rest,
    });
    if (previous) next.addDependency(previous);
    previous = next;
  }
  return chart;
}

class TokenRefusal implements cdk8s.IResolver {
  public resolve(context: cdk8s.ResolutionContext): void {
    if (!Token.isUnresolved(context.value)) return;
    throw new Error(
      `${context.obj.kind} ${context.obj.metadata.name}: ${context.key.join('.')} is known only after deployment, `
        + 'expected a value known now,' +
        ' because the object is applied on site from a file: give a literal value',
    );
  }
}

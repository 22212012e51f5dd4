import { Stack } from 'aws-cdk-lib';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import { Yaml } from 'cdk8s';
import { Construct } from 'constructs';
import type { IDependable } from 'constructs';
import type { EksAnywhereCluster } from '../../../eks-anywhere/eks-anywhere-cluster';
import { ChartTokens, manifestChart } from '../../../private/kubernetes/manifest-chart';
import type { KubernetesObject } from '../../../private/kubernetes/object';
import { withReadableTokens } from '../../../private/kubernetes/readable-tokens';
import { yamlWithTokens } from '../../../private/kubernetes/token-yaml';
import { writeFilesAtSynthesis } from '../../../private/output-files';
import type { HandoffSite } from '../../handoff-site';
import { fluxObjects, helmFiles } from '../kong-helm/site-files';
import { chartValues } from '../kong-helm/values';
import { foundationObjects, workloadObjects } from '../manifests/plane-objects';
import { serviceObject } from '../manifests/service-object';
import type { PlaneService } from '../manifests/services';
import type { PlaneDescription } from '../plane/plane';
import { addToTopology } from '../plane/plane-entry';
import type { SiteHosting } from './site-hosting';

interface SitePlaneProps {
  readonly plane: PlaneDescription;
  readonly hosting: SiteHosting;
  readonly services: readonly PlaneService[];
  /** The controllers behind the addresses of the services. */
  readonly addresses: readonly KubernetesObject[];
  /** Kind of the cluster, for the topology. */
  readonly target: string;
  readonly cluster: EksAnywhereCluster;
  /** Store of the plane's own, where it has one. */
  readonly store: readonly KubernetesObject[];
  /** What the files are handed over to; where there is none, a person takes them as they are synthesized. */
  readonly site?: HandoffSite;
  /** Id of the control plane. */
  readonly controlPlane: string;
  /** What exists before the site learns how to start the plane. */
  readonly prerequisites: readonly IDependable[];
}

/**
 * A plane on a site: its manifests as files in `cdk.out/hybridge/<plane>/`, without tokens, and the SSM parameters that
 * carry what is known only after deployment. With a handoff, CloudFormation puts the values into the files on their way
 * to it, and those in `cdk.out` are for people to read.
 */
export class SitePlane extends Construct {
  constructor(scope: Construct, id: string, private readonly props: SitePlaneProps) {
    super(scope, id);
    const { plane, hosting } = props;
    const values = plane.chart && chartValues(plane, plane.chart, props.services, hosting);
    const workload = plane.chart ? fluxObjects(plane, plane.chart, values) : workloadObjects(plane, hosting);
    // After the workload: the hosting has met every value by now.
    const services = plane.chart ? [] : props.services.map((service) => serviceObject(plane, service));
    const [namespace, ...others] = foundationObjects(plane, hosting);
    const foundation = [namespace, ...props.store, ...others, ...hosting.deployedValues(plane), ...props.addresses, ...services];
    const objects = { '1-foundation.k8s.yaml': foundation, '3-plane.k8s.yaml': workload };
    for (const [name, value] of hosting.parameters) {
      const parameter = new ssm.StringParameter(this, name.split('/').pop()!, {
        parameterName: name,
        stringValue: value,
        description: `For the gateway plane ${plane.name}`,
      });
      parameter.node.addDependency(...props.prerequisites);
    }
    if (props.site) {
      this.handOver(props.site, objects);
      props.site._after(props.prerequisites);
    }
    const files = mapped(objects, (list) => this.readable(list));
    const helm = plane.chart ? helmFiles(plane, plane.chart, withReadableTokens(Stack.of(this), values)) : {};
    writeFilesAtSynthesis(this, plane.name, () => ({ ...files, ...helm }));
    this.describe(Object.keys(files), Object.keys(helm));
  }

  private readable(objects: readonly KubernetesObject[]): string {
    const { plane, site } = this.props;
    if (!site) return Yaml.stringify(...manifestChart(plane.name, objects, ChartTokens.REFUSED).toJson());
    return Yaml.stringify(...withReadableTokens(Stack.of(this), resolvedChart(plane, objects)));
  }

  private handOver(site: HandoffSite, objects: Readonly<Record<string, readonly KubernetesObject[]>>) {
    const { plane, hosting, cluster, store } = this.props;
    const files = mapped(objects, (list) => yamlWithTokens(resolvedChart(plane, list)));
    site._addPlane(
      cluster,
      { name: plane.name, files, pulledSecrets: hosting.pulledSecrets(plane) },
      store.length > 0 ? [] : plane.secrets,
    );
  }

  private describe(manifests: readonly string[], helm: readonly string[]) {
    const { plane, target, cluster, controlPlane } = this.props;
    addToTopology(this, { target, plane, controlPlane, cluster: cluster.clusterName, manifests: () => manifests, helmFiles: () => helm });
  }
}

function resolvedChart(plane: PlaneDescription, objects: readonly KubernetesObject[]): any[] {
  return manifestChart(plane.name, objects, ChartTokens.RESOLVED_BY_CLOUDFORMATION).toJson();
}

function mapped(
  objects: Readonly<Record<string, readonly KubernetesObject[]>>,
  print: (list: readonly KubernetesObject[]) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(objects).map(([file, list]) => [file, print(list)]));
}

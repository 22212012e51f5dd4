import { Stack } from 'aws-cdk-lib';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import { Yaml } from 'cdk8s';
import { Construct } from 'constructs';
import { ChartTokens, manifestChart } from '../kubernetes/manifest-chart';
import type { KubernetesObject } from '../kubernetes/manifest-chart';
import { withReadableTokens } from '../kubernetes/readable-tokens';
import { writeFilesAtSynthesis } from '../output-files';
import type { PlaneDescription } from './plane';
import { foundationObjects, workloadObjects } from './plane-objects';
import { serviceObject } from './services';
import type { PlaneService } from './services';
import type { SiteHosting } from './site-hosting';
import { Topology } from './topology';

export interface SitePlaneProps {
  readonly plane: PlaneDescription;
  readonly hosting: SiteHosting;
  readonly services: readonly PlaneService[];
  /** What stands behind the addresses of the services. */
  readonly addresses: readonly KubernetesObject[];
  /** Kind of the cluster, for the topology. */
  readonly target: string;
  /** Name of the cluster, for the topology. */
  readonly cluster: string;
  /** Id of the control plane. */
  readonly controlPlane: string;
}

/**
 * A plane on a site: its manifests as files without tokens in `cdk.out/hybridge/<plane>/`, and the SSM parameters that carry
 * what is known only after deployment.
 */
export class SitePlane extends Construct {
  constructor(scope: Construct, id: string, private readonly props: SitePlaneProps) {
    super(scope, id);
    const { plane, hosting } = props;
    const workload = workloadObjects(plane, hosting);
    // After the workload: the hosting has met every value by now.
    const services = props.services.map((service) => serviceObject(plane, service));
    const foundation = [...foundationObjects(plane, hosting), ...hosting.deployedValues(plane), ...props.addresses, ...services];
    const files = { '1-foundation.k8s.yaml': this.rendered(foundation), '3-plane.k8s.yaml': this.rendered(workload) };
    for (const [name, value] of hosting.parameters) {
      new ssm.StringParameter(this, name.split('/').pop()!, { parameterName: name, stringValue: value, description: `For the gateway plane ${plane.name}` });
    }
    writeFilesAtSynthesis(this, plane.name, () => files);
    this.describe(Object.keys(files));
  }

  private rendered(objects: readonly KubernetesObject[]): string {
    return Yaml.stringify(...manifestChart(this.props.plane.name, objects, ChartTokens.REFUSED).toJson());
  }

  private describe(manifests: readonly string[]) {
    const { plane, target, cluster, controlPlane } = this.props;
    Topology.of(this).addPlane(plane.name, () => ({
      id: plane.name,
      role: plane.role,
      target,
      cluster,
      folder: plane.name,
      manifests,
      settings: withReadableTokens(Stack.of(this), plane.settings),
      controlPlane,
    }));
  }
}

import { Stack, Token } from 'aws-cdk-lib';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { withReadableTokens } from '../../../private/kubernetes/readable-tokens';
import { writeFilesAtSynthesis } from '../../../private/output-files';
import type { OutputFiles } from '../../../private/output-files';
import { parameterPath } from '../../../private/secrets/names';
import { refuseSecret } from '../../../private/secrets/secret-text';
import type { HandoffSite } from '../../handoff-site';
import type { DataPlaneSpec } from '../plane/data-plane-spec';
import { addToTopology } from '../plane/plane-entry';
import type { ComposePorts } from './compose-files';
import { composeFiles, secretFiles } from './compose-files';
import { fetchScript } from './fetch-script';

interface ComposePlaneProps {
  readonly spec: DataPlaneSpec;
  readonly ports: ComposePorts;
  /** What the files are handed over to; where there is none, a person copies them. */
  readonly site?: HandoffSite;
}

/**
 * A data plane for one machine with Docker: files in `cdk.out/hybridge/<plane>/` without tokens and secrets. What is
 * known only after deployment, SSM parameters carry; with a handoff, CloudFormation puts it into the files on their way
 * to it, and those in `cdk.out` are for people to read.
 */
export class ComposePlane extends Construct {
  constructor(scope: Construct, id: string, private readonly props: ComposePlaneProps) {
    super(scope, id);
    const { spec, site } = props;
    for (const [name, value] of Object.entries(spec.plane.settings)) refuseSecret(name, value);
    const files = site ? this.handOver(site) : this.fetched();
    writeFilesAtSynthesis(this, spec.plane.name, () => files);
    addToTopology(this, { target: 'docker', plane: spec.plane, controlPlane: spec.controlPlane, manifests: () => Object.keys(files) });
  }

  /** Files of which one fetches the rest on the machine. */
  private fetched(): OutputFiles {
    const { spec: { plane, prerequisites }, ports } = this.props;
    const deployed = new Map<string, string>();
    for (const [name, stringValue] of Object.entries(plane.settings).filter(([, value]) => Token.isUnresolved(value))) {
      const parameterName = parameterPath(this, plane.name) + name.toLowerCase();
      deployed.set(name, parameterName);
      const description = `For the gateway plane ${plane.name}`;
      const parameter = new ssm.StringParameter(this, name.toLowerCase(), { parameterName, stringValue, description });
      parameter.node.addDependency(...prerequisites);
    }
    const { region } = Stack.of(this);
    return {
      ...composeFiles({ plane, ports, fetched: [...deployed.keys()], firstStep: 'sh fetch.sh' }),
      'fetch.sh': fetchScript({ plane, deployed, ...!Token.isUnresolved(region) && { region } }),
    };
  }

  /** @returns the files for people to read */
  private handOver(site: HandoffSite): OutputFiles {
    const { spec: { plane, prerequisites }, ports } = this.props;
    const files = composeFiles({ plane, ports, firstStep: 'hybridge handoff pull' });
    site._addMachine({ name: plane.name, files, pulledFiles: secretFiles(plane) }, plane.secrets);
    site._after(prerequisites);
    return withReadableTokens(Stack.of(this), files);
  }
}

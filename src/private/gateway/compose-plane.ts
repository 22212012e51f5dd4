import { Stack, Token } from 'aws-cdk-lib';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { refuseSecret } from '../kubernetes/secret-text';
import { writeFilesAtSynthesis } from '../output-files';
import { composeFiles } from './compose-files';
import type { ComposePorts } from './compose-files';
import { parameterPath } from './handoff-names';
import type { PlacedDataPlane } from './placement';
import { describePlane } from './plane-entry';

export interface ComposePlaneProps {
  readonly placed: PlacedDataPlane;
  readonly ports: ComposePorts;
}

/**
 * A data plane for one machine with Docker: files in `cdk.out/hybridge/<plane>/` without tokens and secrets, and the SSM parameters that carry what is
 * known only after deployment.
 */
export class ComposePlane extends Construct {
  constructor(scope: Construct, id: string, { placed, ports }: ComposePlaneProps) {
    super(scope, id);
    const { plane } = placed;
    const deployed = new Map<string, string>();
    for (const [name, value] of Object.entries(plane.settings)) {
      refuseSecret(name, value);
      if (!Token.isUnresolved(value)) continue;
      const parameterName = parameterPath(this, plane.name) + name.toLowerCase();
      deployed.set(name, parameterName);
      new ssm.StringParameter(this, name.toLowerCase(), { parameterName, stringValue: value, description: `For the gateway plane ${plane.name}` });
    }
    const { region } = Stack.of(this);
    const files = composeFiles({ plane, ports, deployed, ...!Token.isUnresolved(region) && { region } });
    writeFilesAtSynthesis(this, plane.name, () => files);
    describePlane(this, 'docker', placed, Object.keys(files));
  }
}

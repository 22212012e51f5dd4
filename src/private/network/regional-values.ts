import { CustomResource, Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import type { IConstruct } from 'constructs';
import { CustomResourceFunction } from '../lambda-function';
import { parameterPath } from '../secrets/names';
import { SERVICE_TIMEOUT } from '../service-timeouts';

const ID = 'Regional';

interface PlaneOfValue extends IConstruct {
  readonly planeName: string;
}

/**
 * Values of a plane that planes in other regions need. A function writes them to the Parameter Store of these regions, and the other
 * stacks read them at each of their deployments. The cross-region references of CDK would keep a value that has changed:
 * their writer writes names that are new, and nothing else.
 */
export class RegionalValues extends Construct {
  /**
   * The value as a stack of the consumer's region may use it. Nothing is made for values known at synth, or within one region.
   *
   * @param plane that owns the value
   * @param name one word, unique in the plane
   */
  public static read(consumer: Construct, plane: PlaneOfValue, name: string, value: string): string {
    const [there, here] = [Stack.of(consumer), Stack.of(plane)];
    const isSame = there.region === here.region || there.account !== here.account;
    if (isSame || !Token.isUnresolved(value) || Token.isUnresolved(there.region)) return value;
    const values = plane.node.tryFindChild(ID) as RegionalValues | undefined ?? new RegionalValues(plane, plane.planeName);
    return ssm.StringParameter.valueForStringParameter(consumer, values.publish(there.region, name, value));
  }

  private readonly write = new iam.PolicyStatement({ actions: ['ssm:PutParameter', 'ssm:DeleteParameter'] });
  private readonly writer: CustomResourceFunction;

  private constructor(plane: IConstruct, private readonly planeName: string) {
    // Whatever implements IConstruct is a construct.
    super(plane as Construct, ID);
    this.writer = new CustomResourceFunction(this, 'Function', 'regional-parameter', [this.write]);
  }

  /** @returns name of the parameter */
  private publish(region: string, name: string, value: string): string {
    const parameter = `${parameterPath(this, this.planeName)}${region}/${name}`;
    const id = `${region}-${name}`;
    if (this.node.tryFindChild(id)) return parameter;
    this.write.addResources(Stack.of(this).formatArn({ region, service: 'ssm', resource: `parameter${parameter}` }));
    new CustomResource(this, id, {
      resourceType: 'Custom::HybridgeRegionalParameter',
      serviceToken: this.writer.serviceToken,
      serviceTimeout: SERVICE_TIMEOUT,
      properties: { Region: region, Name: parameter, Value: value, Description: `For gateway planes of ${this.planeName} in ${region}` },
    });
    return parameter;
  }
}

import type { App } from 'aws-cdk-lib';
import { CfnResource, NestedStack, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { StackSizes } from '../../src/private/stack-sizes';
import { testApp } from '../gateway/sample';

function plane(scope: Construct, id: string, resources: number) {
  const made = new Construct(scope, id);
  for (let at = 0; at < resources; at += 1) new CfnResource(made, `Resource${at}`, { type: 'AWS::SSM::Parameter' });
  StackSizes.watch(made);
}

function findings(app: App): string[] {
  return app.node.findAll().flatMap((construct) => construct.node.validate());
}

it('refuses a stack with more resources than CloudFormation allows, once, and names the construct with most of them', () => {
  const app = testApp();
  const stack = new Stack(app, 'Planes');
  plane(stack, 'Small', 1);
  plane(stack, 'Large', 400);
  plane(stack, 'Middle', 70);
  plane(stack, 'Medium', 30);
  expect(findings(app)).toEqual([
    'Planes: has 501 resources (Planes/Large 400, Planes/Middle 70, Planes/Medium 30, ...), expected at most 500, '
      + 'which CloudFormation takes: give some planes a stack of their own, as the scope of' +
      ' new GatewayDataPlane(stack, ...)',
  ]);
});

it('accepts as many as CloudFormation allows, and counts each stack and nested stack separately', () => {
  const app = testApp();
  const stack = new Stack(app, 'Planes');
  plane(stack, 'Large', 499);
  plane(new NestedStack(stack, 'Nested'), 'Other', 400);
  plane(new Stack(app, 'Neighbour'), 'Third', 500);
  expect(findings(app)).toEqual([]);
});

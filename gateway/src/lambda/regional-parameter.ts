/**
 * Custom resource: a value of one region's stack as a parameter in another region, where stacks read it. Unlike the writer of CDK's
 * cross-region references it writes every change.
 */
import { DeleteParameterCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import type { SSMClient } from '@aws-sdk/client-ssm';
import { textProperty } from './custom-resource.ts';
import type { CustomResourceEvent, CustomResourceResult } from './custom-resource.ts';

/**
 * Properties: `Region`, `Name` (begins with `/`), `Value`, `Description`. Another region or name is another resource: CloudFormation then
 * deletes the parameter before.
 */
export async function regionalParameter(event: CustomResourceEvent,
  clientIn: (region: string) => SSMClient): Promise<CustomResourceResult> {
  const region = textProperty(event, 'Region');
  const name = textProperty(event, 'Name');
  const client = clientIn(region);
  if (event.RequestType === 'Delete') await remove(client, name);
  else {
    await client.send(new PutParameterCommand({
      Name: name, Value: textProperty(event, 'Value'), Description: textProperty(event, 'Description'), Type: 'String', Overwrite: true,
    }));
  }
  return { physicalId: regionalParameterId(event) };
}

export function regionalParameterId(event: CustomResourceEvent): string {
  return `${textProperty(event, 'Region')}${textProperty(event, 'Name')}`;
}

async function remove(client: SSMClient, name: string): Promise<void> {
  try {
    await client.send(new DeleteParameterCommand({ Name: name }));
  } catch (error) {
    if ((error as Error).name !== 'ParameterNotFound') throw error;
  }
}

/** Reads the settings of a plane out of the task definition that ECS gets. */
import { ENV } from '../../../gateway/contract.ts';
import { CommandFailure } from '../../command.ts';
import type { PlaneSetting, PlaneSettings } from './plane-setting.ts';
import { isDeployed, resourcesOf, templateText } from './templates.ts';

interface Container {
  readonly Environment?: readonly { readonly Name: string; readonly Value: unknown }[];
  readonly Secrets?: readonly { readonly Name: string; readonly ValueFrom: unknown }[];
  readonly LogConfiguration?: { readonly Options?: Readonly<Record<string, unknown>> };
}

/**
 * @param plane its containers prefix their log streams with this name
 * @throws CommandFailure when no task definition of the assembly has such a container with a role
 */
export function settingsInTaskDefinition(assembly: string, plane: string): PlaneSettings {
  for (const { id, template, properties } of resourcesOf(assembly, 'AWS::ECS::TaskDefinition')) {
    const container = (properties.ContainerDefinitions as readonly Container[] | undefined)?.find((candidate) => isOf(plane, candidate));
    if (container) return { settings: settingsOf(container), readFrom: `${template}: task definition ${id}` };
  }
  throw new CommandFailure(
    `no AWS::ECS::TaskDefinition in the templates of ${assembly} has a container that logs as ${plane} and sets `
      + `${ENV.role}: was all of the app synthesized into this folder?`,
    'configuration',
  );
}

function isOf(plane: string, { Environment = [], LogConfiguration }: Container): boolean {
  return LogConfiguration?.Options?.['awslogs-stream-prefix'] === plane && Environment.some(({ Name }) => Name === ENV.role);
}

function settingsOf({ Environment = [], Secrets = [] }: Container): readonly PlaneSetting[] {
  const plain = Environment.map(({ Name, Value }): PlaneSetting => {
    const text = templateText(Value);
    return isDeployed(text) ? { name: Name, from: text } : { name: Name, value: text };
  });
  return [
    ...plain,
    ...Secrets.map(({ Name, ValueFrom }): PlaneSetting => ({ name: Name, from: secretName(templateText(ValueFrom)), isContent: true })),
  ];
}

/** ECS writes `ARN:property:stage:version`, the last two empty for the current ones. */
function secretName(valueFrom: string): string {
  const [, secret, property] = /^(.*?):([^:>]+)::$/.exec(valueFrom) ?? [undefined, valueFrom, undefined];
  return property === undefined ? `secret ${secret}` : `secret ${secret}, property ${property}`;
}

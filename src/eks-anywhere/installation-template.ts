import type { Duration } from 'aws-cdk-lib';
import { installationTemplate } from '../eksa/documents/installation-template';
import { repeatedName } from '../eksa/documents/template-actions';
import type { ActionContext } from '../eksa/documents/template-actions';
import { requireWhole } from '../private/input/numbers';
import { atPlace, shown } from '../private/input/place';
import type { TemplateAction } from './template-action';

/** Options of the steps that install a machine. A change replaces the nodes. */
export interface InstallationTemplateOptions {
  /**
   * Name of Tinkerbell's template and of its task.
   * @default - the name of the cluster
   */
  readonly name?: string;

  /**
   * Time for the whole installation of a machine, in whole seconds.
   * @default Duration.minutes(100)
   */
  readonly timeout?: Duration;

  /**
   * Folders of the machine that all actions see.
   * @default - `/dev`, `/dev/console` and, read-only, `/lib/firmware`
   */
  readonly volumes?: string[];

  /**
   * Environment variables of all actions.
   * @default - none
   */
  readonly environment?: { [name: string]: string };
}

/**
 * The steps by which Tinkerbell installs a machine (a TinkerbellTemplateConfig).
 *
 * EKS Anywhere has steps of its own, which change with its releases: these are for hardware that they do not suit, or for what has to be on
 * the disk before the machine starts.
 *
 * @example
 * const withStorageTools = InstallationTemplate.ofActions([
 *   TemplateAction.streamImage(),
 *   TemplateAction.writeNetplan(),
 *   TemplateAction.disableCloudInitNetwork(),
 *   TemplateAction.cloudInit({ adminMachine: '10.20.0.5' }),
 *   TemplateAction.cloudInitDatasource(),
 *   TemplateAction.runCommand({
 *     name: 'install open-iscsi',
 *     command: 'apt-get -y install open-iscsi',
 *     updateResolvConf: true,
 *     timeout: Duration.minutes(5),
 *   }),
 *   TemplateAction.reboot(),
 * ]);
 */
export class InstallationTemplate {
  /**
   * The given steps, in this order.
   *
   * @param actions steps: the first writes the image, the last starts it
   * @throws Error that names the invalid option; two actions of one name fail synthesis
   */
  public static ofActions(actions: TemplateAction[], options: InstallationTemplateOptions = {}): InstallationTemplate {
    return atPlace('InstallationTemplate.ofActions', () => {
      if (actions.length === 0) throw new Error('actions: got none, expected at least one');
      const timeoutSeconds = options.timeout?.toSeconds({ integral: false });
      if (timeoutSeconds !== undefined) requireWhole('timeout', timeoutSeconds, { min: 1, unit: 'seconds' });
      const { name, volumes, environment } = options;
      return new InstallationTemplate((context) => {
        const rendered = actions.map((action) => action._render(context));
        const twice = repeatedName(rendered);
        if (twice !== undefined) throw new Error(`actions: got two with the name ${shown(twice)}, expected another name for one of them`);
        return installationTemplate({ name, timeoutSeconds, volumes, environment }, rendered, context);
      });
    });
  }

  /**
   * The content of `spec.template` of a TinkerbellTemplateConfig, such as `eksctl anywhere generate tinkerbelltemplateconfig` prints it.
   *
   * @param template with `version`, `name`, `id`, `global_timeout` and `tasks`; what EKS Anywhere does not know in it is rejected at synth
   */
  public static of(template: { [field: string]: any }): InstallationTemplate {
    return new InstallationTemplate(() => template);
  }

  private constructor(
    /**
     * The content of the document for a group.
     * @internal
     */
    public readonly _content: (context: ActionContext) => Readonly<Record<string, unknown>>,
  ) {}
}

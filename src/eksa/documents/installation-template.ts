/** The content of `spec.template` of a TinkerbellTemplateConfig: one task with its actions, as EKS Anywhere makes it. */
import type { Action, ActionContext } from './template-actions';

export interface InstallationTemplateInput {
  /** Of the template and of its task; the cluster's when undefined. */
  readonly name?: string;
  readonly timeoutSeconds?: number;
  readonly volumes?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** Of the whole installation. */
export const TEMPLATE_TIMEOUT_SECONDS = 6000;

/** Folders of the machine that all actions see. */
export const TEMPLATE_VOLUMES: readonly string[] = ['/dev:/dev', '/dev/console:/dev/console', '/lib/firmware:/lib/firmware:ro'];

/** The machine that the workflow runs on, which Tinkerbell fills in. */
const WORKER = '{{.device_1}}';

export function installationTemplate(
  { name, timeoutSeconds = TEMPLATE_TIMEOUT_SECONDS, volumes = TEMPLATE_VOLUMES, environment }: InstallationTemplateInput,
  actions: readonly Action[],
  { clusterName }: ActionContext,
): Readonly<Record<string, unknown>> {
  return {
    version: '0.1',
    id: '',
    name: name ?? clusterName,
    global_timeout: timeoutSeconds,
    tasks: [{ name: name ?? clusterName, worker: WORKER, volumes, ...environment ? { environment } : {}, actions }],
  };
}

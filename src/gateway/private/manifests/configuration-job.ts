import { PORTS } from '../../../private/contract';
import { native } from '../../../private/kubernetes/native-object';
import type { KubernetesObject } from '../../../private/kubernetes/object';
import type { PlaneDescription } from '../plane/plane';
import { configurationLabels } from '../plane/plane-labels';
import type { PlaneHosting } from './hosting';
import { ADMIN_CLIENT_LABEL, configurationPolicy } from './network-policies';
import { configurationPodTemplate } from './pod-template';

export interface ConfigurationJobProps {
  /** Control plane. */
  readonly plane: PlaneDescription;
  /** Names the configuration: lower case, unique in the plane. */
  readonly id: string;
  readonly text: string;
  /** The packaged image, whatever runs in the plane: the client is in it. */
  readonly image: string;
  readonly waitSeconds: number;
  readonly hosting: PlaneHosting;
}

/** Kubernetes labels pods with it. */
const MAX_NAME = 63;
const DIGEST = 8;

function jobName({ name }: PlaneDescription, id: string, digest: string): string {
  return `${name}-config-${id}-${digest}`;
}

/** @throws Error when the name of the Job would be too long */
export function requireConfigurationId(plane: PlaneDescription, id: string): void {
  const room = MAX_NAME - jobName(plane, '', '0'.repeat(DIGEST)).length;
  if (/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(id) && id.length <= room) return;
  throw new Error(`id: got ${JSON.stringify(id)}, expected 1 to ${room} letters, digits and '-': a Job is named after it and the plane`);
}

/** Folder of the configuration in the Job's container, and its file. */
const FOLDER = '/etc/hybridge/configuration';
const FILE = 'configuration.json';

/**
 * The Job that applies a declarative configuration, and what it needs. A Job cannot be changed, so its name follows
 * from its content: another configuration or image is another Job.
 *
 * @param digestOf digits that follow from the content, with the values that are known only after deployment
 */
export function configurationObjects(
  props: ConfigurationJobProps,
  digestOf: (part: 'Text' | 'Job', content: unknown, digits: number) => string,
): readonly KubernetesObject[] {
  const { plane, id, text, waitSeconds, hosting } = props;
  const digest = digestOf('Text', text, DIGEST);
  const mount = { name: `config-${id}-${digest}`, path: FOLDER, files: { [FILE]: text } };
  const args = [
    '--file',
    `${FOLDER}/${FILE}`,
    '--admin',
    `http://${plane.name}-admin:${PORTS.admin}`,
    '--tag',
    `hybridge-${id}`,
    '--wait',
    String(waitSeconds),
  ];
  // Nothing of the plane's own: neither its settings nor its secrets.
  const pod: PlaneDescription = {
    name: plane.name,
    role: plane.role,
    image: props.image,
    settings: {},
    secrets: [],
    certificates: [],
    files: [mount],
    replicas: 1,
    resources: plane.resources,
  };
  const template = configurationPodTemplate(pod, hosting, { ...configurationLabels(plane), [ADMIN_CLIENT_LABEL]: 'true' }, args);
  const job = digestOf('Job', template, DIGEST);
  const metadata = (name: string) => ({ name, namespace: plane.name, labels: configurationLabels(plane) });
  return [
    native({ apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata(`${plane.name}-${mount.name}`), data: mount.files }),
    configurationPolicy(plane, id),
    native({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: metadata(jobName(plane, id, job)),
      // Twice as long as it waits: for the Admin API, and for the data planes.
      spec: { backoffLimit: 2, activeDeadlineSeconds: 2 * waitSeconds + 60, ttlSecondsAfterFinished: 86_400, template },
    }),
  ];
}

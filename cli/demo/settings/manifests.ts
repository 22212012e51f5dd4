/** Reads the settings of a plane out of its Kubernetes manifests, as a container would get them. */
import { readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { ENV } from '../../../gateway/contract.ts';
import { CommandFailure } from '../../command.ts';
import type { PlaneSetting, PlaneSettings } from './plane-setting.ts';

interface EnvironmentVariable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: {
    readonly secretKeyRef?: { readonly name: string; readonly key: string };
    readonly configMapKeyRef?: { readonly name: string; readonly key: string };
    readonly fieldRef?: { readonly fieldPath: string };
  };
}

interface Workload {
  readonly kind?: string;
  readonly spec?: {
    readonly template?: { readonly spec?: { readonly containers?: readonly { readonly env?: readonly EnvironmentVariable[] }[] } };
  };
}

/**
 * The settings of the container that is given a role.
 *
 * @param files manifests of one plane
 * @throws CommandFailure when no Deployment among them has such a container
 */
export function settingsInManifests(files: readonly string[]): PlaneSettings {
  for (const file of files) {
    const workloads = parseAllDocuments(readFileSync(file, 'utf8')).map((document) => document.toJS() as Workload | null);
    for (const workload of workloads) {
      if (workload?.kind !== 'Deployment') continue;
      const container = workload.spec?.template?.spec?.containers?.find((candidate) =>
        candidate.env?.some(({ name }) => name === ENV.role),
      );
      if (container) {
        return { settings: (container.env ?? []).map(asSetting), readFrom: `${basename(dirname(file))}/${basename(file)}: Deployment` };
      }
    }
  }
  throw new CommandFailure(
    `no Deployment in ${files.map((file) => basename(file)).join(', ')} sets ${ENV.role}: are these manifests of a gateway plane?`,
    'configuration',
  );
}

function asSetting({ name, value, valueFrom }: EnvironmentVariable): PlaneSetting {
  const { secretKeyRef, configMapKeyRef, fieldRef } = valueFrom ?? {};
  if (secretKeyRef) return { name, from: `Secret ${secretKeyRef.name}, key ${secretKeyRef.key}` };
  if (configMapKeyRef) return { name, from: `ConfigMap ${configMapKeyRef.name}, key ${configMapKeyRef.key}` };
  if (fieldRef) return { name, from: `pod field ${fieldRef.fieldPath}` };
  return { name, value: value ?? '' };
}

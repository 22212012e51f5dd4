import { Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { ENV, FALLBACK_OBJECT, PATHS } from '../../../private/contract';
import type { PlaneSettings } from '../plane/plane';

/** The object that a control plane leaves for data planes. */
export interface FallbackObject {
  readonly bucketName: string;
  /** Name of the control plane. */
  readonly prefix: string;
  /** Construct of the bucket's stack. */
  readonly owner: Construct;
  /** ARN of its key, as a plane knows it: one in another region gets it through a parameter. */
  keyArn(plane: Construct): string;
}

/** Folder of the machine, mounted into the container, that its start script fetches the object into. */
export const FALLBACK_FOLDER = `${PATHS.prefix}/fallback`;

export function objectKey({ prefix }: FallbackObject): string {
  return `${prefix}/${FALLBACK_OBJECT}`;
}

/** Settings of nodes that read the object themselves, or find it where the machine left it. */
export function importSettings(object: FallbackObject, by: 'role' | 'machine'): PlaneSettings {
  return { [ENV.fallbackImport]: 'on', ...by === 'role' ? storageSettings(object) : { [ENV.fallbackStorage]: `file://${FALLBACK_FOLDER}` } };
}

export function exportSettings(object: FallbackObject): PlaneSettings {
  return { [ENV.fallbackExport]: 'on', ...storageSettings(object) };
}

function storageSettings(object: FallbackObject): PlaneSettings {
  return { [ENV.fallbackStorage]: `s3://${object.bucketName}/${object.prefix}`, [ENV.region]: Stack.of(object.owner).region };
}

/** What the role of a control plane needs: this object, and its key through S3 only. */
export function writeStatements(object: FallbackObject): readonly iam.PolicyStatement[] {
  return statements(object, object.owner, 's3:PutObject', 'kms:GenerateDataKey');
}

/**
 * What the role of a data plane needs: this object, and its key through S3 only.
 *
 * @throws Error when the plane is in another account
 */
export function readStatements(object: FallbackObject, plane: Construct): readonly iam.PolicyStatement[] {
  const [owner, reader] = [Stack.of(object.owner).account, Stack.of(plane).account];
  if (owner !== reader && !Token.isUnresolved(owner) && !Token.isUnresolved(reader)) {
    throw new Error(
      `configurationCache: the plane is in account ${reader}, and the fallback in ${owner}, expected one account: use `
        + 'ConfigurationCache.persistentVolume(), or leave it out',
    );
  }
  return statements(object, plane, 's3:GetObject', 'kms:Decrypt');
}

function statements(object: FallbackObject, reader: Construct, onObject: string, onKey: string): readonly iam.PolicyStatement[] {
  const { region, urlSuffix, partition } = Stack.of(object.owner);
  const resource = `arn:${partition}:s3:::${object.bucketName}/${objectKey(object)}`;
  return [
    new iam.PolicyStatement({ actions: [onObject], resources: [resource] }),
    new iam.PolicyStatement({
      actions: [onKey],
      resources: [object.keyArn(reader)],
      conditions: { StringEquals: { 'kms:ViaService': `s3.${region}.${urlSuffix}` } },
    }),
  ];
}

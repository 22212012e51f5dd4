import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';

/** One file of a mounted secret. */
export interface SecretFile {
  /** Name of the file in the mounted folder. */
  readonly file: string;
  /** Property of the secret's JSON document that the file holds; empty: the whole secret. */
  readonly property: string;
  /** Environment variable that holds it where secrets cannot be files. Absent: `<MOUNT>_<FILE>`. */
  readonly variable?: string;
}

/** A Secrets Manager secret that pods read as files. */
export interface SecretMount {
  /** Ends the names of the Kubernetes objects that deliver it: `<plane>-<name>`. */
  readonly name: string;
  /** Folder in the container. */
  readonly path: string;
  readonly secret: ISecret;
  /** The secret's name in Secrets Manager: known at synth, because files that are applied on site contain it. */
  readonly secretName: string;
  /** Type of the Kubernetes Secret, where one is made. */
  readonly secretType: 'kubernetes.io/tls' | 'Opaque';
  readonly files: readonly SecretFile[];
  /** Name that a user gave it, which references contain; the secret is then one file. Absent: one of our own. */
  readonly givenName?: string;
}

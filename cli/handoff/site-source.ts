/** Reads a site's handoff from AWS, with the region and credentials that any AWS SDK would take. */
import { createHash } from 'node:crypto';
import { messageOf } from '../../gateway/src/base/errors.ts';
import { CommandFailure } from '../command.ts';

/** Requests to AWS. */
export interface SiteSource {
  /** Value of an SSM parameter. */
  parameter(name: string): Promise<string>;
  /** Text of an object in a bucket. */
  object(bucket: string, region: string, key: string): Promise<string>;
  /** Text of a secret, or why there is none. */
  secret(name: string, region: string): Promise<{ readonly text: string } | { readonly missing: string }>;
}

export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/**
 * @param region of the parameter; as the SDK decides where it is not given
 * @returns a source whose methods throw CommandFailure: what is not there (exit code 78), what may not be read or does not answer (69)
 */
export async function awsSource(region: string | undefined): Promise<SiteSource> {
  // On demand: together they are most of the command line.
  const [{ GetParameterCommand, SSMClient }, { GetObjectCommand, S3Client }, { GetSecretValueCommand, SecretsManagerClient }] =
    await Promise.all([import('@aws-sdk/client-ssm'), import('@aws-sdk/client-s3'), import('@aws-sdk/client-secrets-manager')]);
  const options = (chosen = region) => ({ maxAttempts: 3, ...chosen !== undefined && { region: chosen } });
  return {
    parameter: (name) =>
      asked(`the parameter ${name}`, { ParameterNotFound: 'is it the right account and region, and is the site deployed?' }, async () => {
        const { Parameter } = await new SSMClient(options()).send(new GetParameterCommand({ Name: name }));
        return Parameter?.Value ?? '';
      }),
    object: (bucket, home, key) =>
      asked(
        `s3://${bucket}/${key}`,
        { NoSuchKey: 'is a deployment in progress? Try again in a minute', NoSuchBucket: 'deploy the stack of the handoff' },
        async () => {
          const { Body } = await new S3Client(options(home)).send(new GetObjectCommand({ Bucket: bucket, Key: key }));
          return (await Body?.transformToString()) ?? '';
        },
      ),
    secret: async (name, home) => {
      try {
        const { SecretString } = await new SecretsManagerClient(options(home)).send(new GetSecretValueCommand({ SecretId: name }));
        return SecretString === undefined ? { missing: `the secret ${name}, which is binary` } : { text: SecretString };
      } catch (error) {
        if ((error as Error).name === 'ResourceNotFoundException') {
          return { missing: `the secret ${name}, which Secrets Manager does not have in ${home}` };
        }
        throw refused(`the secret ${name}`, error);
      }
    },
  };
}

async function asked(what: string, absences: Readonly<Record<string, string>>, ask: () => Promise<string>): Promise<string> {
  try {
    return await ask();
  } catch (error) {
    const hint = absences[(error as Error).name];
    if (hint === undefined) throw refused(what, error);
    throw new CommandFailure(`${what} does not exist: ${hint}`, 'configuration', { cause: error });
  }
}

function refused(what: string, error: unknown): CommandFailure {
  const { name = '', message = '' } = error as Partial<Error>;
  if (/region is missing/i.test(message)) {
    return new CommandFailure('the region is unknown: give --region, or set AWS_REGION', 'configuration', { cause: error });
  }
  if (name === 'CredentialsProviderError') {
    return new CommandFailure(`there are no AWS credentials: ${messageOf(error)}; set AWS_PROFILE, or sign in`, 'configuration', {
      cause: error,
    });
  }
  if (/AccessDenied|Forbidden/.test(name)) {
    return new CommandFailure(
      `AWS does not let these credentials read ${what}: use credentials of a reader of the site (readers or grantRead in the program)`,
      'unavailable',
      { cause: error },
    );
  }
  return new CommandFailure(`AWS did not return ${what}: ${messageOf(error)}`, 'unavailable', { cause: error });
}

import { Token } from 'aws-cdk-lib';

const REPOSITORY = /^[a-z0-9.-]+(:\d+)?(\/[a-z0-9]+([._-][a-z0-9]+)*)+$/;

/**
 * Checks the repository that machines outside AWS pull from.
 *
 * @throws Error that names the property
 */
export function requireRepository(repository: string): void {
  const got = Token.isUnresolved(repository) ? 'a value known only after deployment' : JSON.stringify(repository);
  if (!Token.isUnresolved(repository) && REPOSITORY.test(repository)) return;
  throw new Error(
    `imageRepository: got ${got}, expected a registry and a path without tag or digest, such as registry.acme.example/hybridge`,
  );
}

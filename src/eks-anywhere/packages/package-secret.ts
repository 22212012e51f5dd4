import { Token } from 'aws-cdk-lib';
import { environmentPlaceholder, parsePlaceholder, secretPlaceholder } from '../../eksa/hardware/placeholder';

/**
 * Source of a secret of a curated package. The app never sees it: the generated `packages.yaml` contains a placeholder, which
 * `hybridge eksa render` fills in on the machine that installs the package.
 */
export class PackageSecret {
  /**
   * A secret in an environment variable of that machine.
   *
   * @param variable name of the variable, not its value
   * @throws Error when the text is not a valid variable name
   */
  public static fromEnvironment(variable: string): PackageSecret {
    const placeholder = environmentPlaceholder(variable);
    // The value may be the secret itself, so the message does not repeat it.
    if (!isPlaceholder(variable, placeholder)) {
      throw new Error(
        'PackageSecret.fromEnvironment: variable: got no name of an environment variable, expected one such as HARBOR_SECRET_KEY: give the '
          + 'name, not its value',
      );
    }
    return new PackageSecret(placeholder);
  }

  /**
   * A key of a secret of AWS Secrets Manager that contains a JSON object.
   *
   * @param secretName name of the secret, not its ARN
   * @param key name of the key
   * @throws Error when the name or key is invalid
   */
  public static fromSecretsManager(secretName: string, key: string): PackageSecret {
    const placeholder = secretPlaceholder(secretName, key);
    if (Token.isUnresolved(key) || !isPlaceholder(secretName, placeholder)) {
      throw new Error(
        'PackageSecret.fromSecretsManager: secretName, key: got no name of a secret with a key, expected a plain name such as '
          + 'factory/harbor and a key such as secretKey',
      );
    }
    return new PackageSecret(placeholder);
  }

  private constructor(
    /**
     * Placeholder of the secret in `packages.yaml`.
     * @internal
     */
    public readonly _placeholder: string,
  ) {}
}

function isPlaceholder(name: string, placeholder: string): boolean {
  return !Token.isUnresolved(name) && parsePlaceholder(placeholder) !== undefined;
}

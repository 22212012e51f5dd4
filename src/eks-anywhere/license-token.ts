import { Token } from 'aws-cdk-lib';
import { environmentPlaceholder, parsePlaceholder, secretPlaceholder } from '../eksa/hardware/placeholder';

/**
 * Source of the licence token of a cluster: the JWT that AWS License Manager issues for an EKS Anywhere Enterprise
 * Subscription. The app never sees it: the generated `cluster.yaml` contains a placeholder, which `hybridge eksa render`
 * fills in on the machine that installs the cluster.
 *
 * @see https://anywhere.eks.amazonaws.com/docs/clustermgmt/support/cluster-license/
 */
export class LicenseToken {
  /**
   * A token in an environment variable of that machine.
   *
   * @param variable name of the variable, not its value
   * @throws Error when the text is not a valid variable name
   */
  public static fromEnvironment(variable: string): LicenseToken {
    const placeholder = environmentPlaceholder(variable);
    // The value may be the token itself, so the message does not repeat it.
    if (!isPlaceholder(variable, placeholder)) {
      throw new Error(
        'LicenseToken.fromEnvironment: variable: got no name of an environment variable, expected one such as EKSA_LICENSE_TOKEN: give the '
          + 'name, not its value',
      );
    }
    return new LicenseToken(placeholder);
  }

  /**
   * A token under a key of a secret of AWS Secrets Manager that contains a JSON object.
   *
   * @param secretName name of the secret, not its ARN
   * @param key name of the key
   * @throws Error when the name or key is invalid
   */
  public static fromSecretsManager(secretName: string, key: string): LicenseToken {
    const placeholder = secretPlaceholder(secretName, key);
    if (Token.isUnresolved(key) || !isPlaceholder(secretName, placeholder)) {
      throw new Error(
        'LicenseToken.fromSecretsManager: secretName, key: got no name of a secret with a key, expected a plain name such as '
          + 'factory/eks-anywhere and a key such as licenseToken',
      );
    }
    return new LicenseToken(placeholder);
  }

  private constructor(
    /**
     * Placeholder of the token in `cluster.yaml`.
     * @internal
     */
    public readonly _placeholder: string,
  ) {}
}

function isPlaceholder(name: string, placeholder: string): boolean {
  return !Token.isUnresolved(name) && parsePlaceholder(placeholder) !== undefined;
}

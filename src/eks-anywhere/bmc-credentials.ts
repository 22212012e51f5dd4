import { Token } from 'aws-cdk-lib';
import { environmentPlaceholder, secretPlaceholder } from '../eksa/hardware/placeholder';
import { shown } from '../private/input/place';

/** Environment variables that hold the credentials of a BMC. Can be changed later: they are read by `hybridge eksa render`. */
export interface BmcEnvironmentVariables {
  /** Name of the variable that contains the user name. */
  readonly username: string;

  /** Name of the variable that contains the password. */
  readonly password: string;
}

/**
 * Source of the user name and password of a machine's BMC. The app never sees them: the generated `hardware.csv` contains
 * placeholders, which `hybridge eksa render` fills in on the machine that installs the cluster.
 */
export class BmcCredentials {
  /**
   * Credentials in environment variables of the machine that installs the cluster.
   *
   * @throws Error when a name is not valid for an environment variable
   */
  public static fromEnvironment(variables: BmcEnvironmentVariables): BmcCredentials {
    for (const [prop, name] of Object.entries(variables)) {
      if (Token.isUnresolved(name) || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
        // The value may be the secret itself, so the message does not repeat it.
        throw new Error(
          `BmcCredentials.fromEnvironment: ${prop}: got no name of an environment variable, expected one such as BMC_PASSWORD: give `
            + 'the name, not its value',
        );
      }
    }
    return new BmcCredentials(environmentPlaceholder(variables.username), environmentPlaceholder(variables.password));
  }

  /**
   * Credentials in a secret of AWS Secrets Manager: a JSON object with the keys `username` and `password`.
   *
   * @param secretName name of the secret, not its ARN
   * @throws Error when the text is not a valid secret name
   */
  public static fromSecretsManager(secretName: string): BmcCredentials {
    if (Token.isUnresolved(secretName) || !/^[A-Za-z0-9/_+=.@-]{1,512}$/.test(secretName)) {
      throw new Error(
        `BmcCredentials.fromSecretsManager: secretName: got ${shown(secretName)}, expected the name of a secret, such as factory/bmc`,
      );
    }
    return new BmcCredentials(secretPlaceholder(secretName, 'username'), secretPlaceholder(secretName, 'password'));
  }

  private constructor(
    /**
     * Placeholder of the user name in `hardware.csv`.
     * @internal
     */
    public readonly _username: string,
    /**
     * Placeholder of the password in `hardware.csv`.
     * @internal
     */
    public readonly _password: string,
  ) {}
}

import type { Duration } from 'aws-cdk-lib';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { requireSeconds } from '../private/input/numbers';
import { atPlace } from '../private/input/place';
import { requireKnownName, requireSamePlace } from '../private/secrets/existing-secret';
import { requireField } from '../private/secrets/field';

/** Options of `PlaneSecret.fromSecretsManager()`. */
export interface PlaneSecretOptions {
  /**
   * Field of the secret's JSON document; its value must be text. Letters, digits, `_` and `-`.
   *
   * @default - the whole secret; references choose a field of a JSON document by `{vault://env/<name>/<field>}`
   */
  readonly field?: string;

  /**
   * How often the value changes, whole days. Nodes on ECS read secrets only when they start: their tasks are replaced
   * twice as often. Nodes elsewhere follow without it: on EKS within minutes, on EC2 instances within the hour, on
   * sites as their delivery says. Not with `GatewayEngine.kongHelm()`, whose nodes read secrets when they start.
   *
   * @default - the value stays; start new tasks on ECS when you change it
   */
  readonly rotateEvery?: Duration;
}

/** A secret of AWS Secrets Manager that the nodes of a data plane get under a name: `secrets` of the plane. */
export class PlaneSecret {
  /**
   * A secret of Secrets Manager, or a field of one. The plane's role gets access to this secret only, and to its key.
   *
   * @param secret its name must be known at synth: give a new one a `secretName`, or import it by name
   * @throws Error for a name known only after deployment, a field that no target can read, or a `rotateEvery` that is
   * not whole days
   *
   * @example
   * const partner = PlaneSecret.fromSecretsManager(Secret.fromSecretNameV2(stack, 'Partner', 'partners/acme'), { field: 'apiKey' });
   */
  public static fromSecretsManager(secret: ISecret, options: PlaneSecretOptions = {}): PlaneSecret {
    return atPlace('PlaneSecret.fromSecretsManager', () => {
      const { field, rotateEvery } = options;
      if (field !== undefined) requireField('field', field);
      requireSamePlace('secret', secret);
      const secretName = requireKnownName('secret', secret);
      return new PlaneSecret({ secret, secretName, field, ...rotateEvery && { rotateDays: daysOf(rotateEvery) } });
    });
  }

  private constructor(
    /** @internal */
    public readonly _source: PlaneSecretSource,
  ) {}
}

/** Where the value comes from. */
interface PlaneSecretSource {
  readonly secret: ISecret;
  readonly secretName: string;
  readonly field?: string;
  readonly rotateDays?: number;
}

const DAY = 86_400;

function daysOf(rotateEvery: Duration): number {
  const seconds = requireSeconds('rotateEvery', rotateEvery, { min: DAY, max: 365 * DAY, expected: 'whole days, 1 to 365' });
  if (seconds % DAY === 0) return seconds / DAY;
  throw new Error(`rotateEvery: got ${rotateEvery.toHumanString()}, expected whole days, 1 to 365`);
}

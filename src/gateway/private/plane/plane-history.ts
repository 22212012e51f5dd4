/** The history of a control plane's configuration: what is kept, and the key of the secrets in it. */
import { RemovalPolicy } from 'aws-cdk-lib';
import type { Duration } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { ENV, PATHS } from '../../../private/contract';
import { requireSeconds, requireWhole } from '../../../private/input/numbers';
import { requireKnownName, requireSamePlace } from '../../../private/secrets/existing-secret';
import type { SecretMount } from '../../../private/secrets/mount';
import { secretName } from '../../../private/secrets/names';
import type { ConfigurationHistory } from '../../configuration-history';
import type { PlaneSettings } from './plane';

const FILE = 'key';

/** Letters and digits of base64 that hold 32 bytes. */
const KEY_LENGTH = 43;

const MAX_REVISIONS = 1_000_000;
const MAX_DAYS = 36_500;
const DAY = 86_400;

export class PlaneHistory extends Construct {
  readonly settings: PlaneSettings;
  readonly mount: SecretMount;

  /** @throws Error that names the property */
  constructor(scope: Construct, id: string, plane: string, { key, revisions, maxAge }: ConfigurationHistory = {}) {
    super(scope, id);
    if (revisions !== undefined) requireWhole('history.revisions', revisions, { min: 1, max: MAX_REVISIONS });
    this.settings = {
      [ENV.historyKeyFile]: `${PATHS.historyKey}/${FILE}`,
      ...revisions !== undefined && { [ENV.historyRevisions]: String(revisions) },
      ...maxAge && { [ENV.historyDays]: String(daysOf(maxAge)) },
    };
    this.mount = {
      name: 'history',
      path: PATHS.historyKey,
      ...key ? existing(key) : this.generated(plane),
      secretType: 'Opaque',
      files: [{ file: FILE, property: '' }],
    };
  }

  private generated(plane: string) {
    const name = secretName(this, plane, 'history');
    const secret = new secretsmanager.Secret(this, 'Key', {
      secretName: name,
      description: `Encrypts secrets in the history of the gateway control plane ${plane}`,
      generateSecretString: { passwordLength: KEY_LENGTH, excludePunctuation: true },
      removalPolicy: RemovalPolicy.DESTROY,
    });
    return { secret, secretName: name };
  }
}

function existing(secret: secretsmanager.ISecret) {
  requireSamePlace('history.key', secret);
  return { secret, secretName: requireKnownName('history.key', secret) };
}

function daysOf(maxAge: Duration): number {
  const expected = `whole days, 1 to ${MAX_DAYS}`;
  const seconds = requireSeconds('history.maxAge', maxAge, { min: DAY, max: MAX_DAYS * DAY, expected });
  if (seconds % DAY === 0) return seconds / DAY;
  throw new Error(`history.maxAge: got ${maxAge.toHumanString()}, expected ${expected}`);
}

/** Lambda entry: rotation of the shared certificate of a tunnel. */
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { tunnelRotation } from '../../lambda/tunnel-rotation.ts';
import type { RotationEvent } from '../../lambda/tunnel-rotation.ts';

const client = new SecretsManagerClient();

export const handler = (event: RotationEvent) => tunnelRotation(event, client, Number(process.env.VALID_DAYS));

/** Settings of who may use the Admin API. */
import { Secret } from '../../base/secret.ts';
import { derived, optional, setting } from '../setting.ts';
import { onOff, secretToken } from '../value-kinds.ts';

export const ADMIN_TOKEN = optional('HYBRIDGE_ADMIN_TOKEN', secretToken,
  'Token that requests to the Admin API must carry, as `Kong-Admin-Token: <token>` or `Authorization: Bearer <token>`.', true);

export const ADMIN = {
  token: derived([ADMIN_TOKEN], (reader) => {
    const token = reader.value(ADMIN_TOKEN);
    return token === undefined ? undefined : new Secret(token);
  }),
  insecure: setting('HYBRIDGE_ADMIN_INSECURE', onOff, 'off',
    'Lets everyone who reaches an address of the Admin API use it without a token. Without a token and without this, the Admin API '
    + 'listens on the loopback address only.'),
} as const;

/** The ways in which requests may prove themselves, in the order in which they are tried. */
import type { PluginContext } from '../../../plugin-kit/plugin.ts';
import type { Provider } from '../provider/provider.ts';
import type { OpenidConnectConfig } from '../schema.ts';
import { servedMethods } from '../unserved.ts';
import { bearerMethod } from './bearer.ts';
import type { FindGrant } from './bearer.ts';
import { clientCredentialsMethod, passwordMethod, refreshTokenMethod } from './token-methods.ts';

/** Returns what tries the methods of the configuration one after the other. The first that finds a credential decides. */
export function methodsOf(config: OpenidConnectConfig, provider: Provider, { clock }: PluginContext): FindGrant {
  const { verifier, clients, endpoint, isCognito } = provider;
  const options = { config, clients, endpoint, verifier, clock, isCognito };
  const enabled = servedMethods(config);
  const methods: readonly (readonly [name: string, method: FindGrant])[] = [
    ['bearer', bearerMethod(config, verifier)],
    ['refresh_token', refreshTokenMethod(options)],
    // Cognito has no such grant: a name and a secret are those of a machine.
    ...isCognito ? [] : [['password', passwordMethod(options)] as const],
    ['client_credentials', clientCredentialsMethod(options)],
  ];
  const tried = methods.filter(([name]) => enabled.has(name)).map(([, method]) => method);
  return async (exchange) => {
    for (const find of tried) {
      const grant = await find(exchange);
      if (grant !== undefined) return grant;
    }
    return undefined;
  };
}

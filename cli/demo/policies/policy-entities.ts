/** The policies of the demo, created on the control plane through its Admin API: a route for each. */
import type { AdminClient } from '../../../gateway/src/admin-client/admin-client.ts';
import type { LogSink } from './log-sink.ts';
import { CLIENT, SCOPE } from './openid-provider.ts';
import type { OpenIdProvider } from './openid-provider.ts';

interface PolicyCounterparts {
  readonly upstreamPort: number;
  readonly logs: LogSink;
  readonly provider: OpenIdProvider | undefined;
}

/** @returns the revision that holds all of them */
export async function createPolicies(admin: AdminClient, { upstreamPort, logs, provider }: PolicyCounterparts): Promise<number> {
  await admin.put('services', 'policies', { url: `http://127.0.0.1:${upstreamPort}` });
  const protect = async (route: string, name: string, config: object): Promise<number | undefined> => {
    await admin.put('services/policies/routes', route, { paths: [`/${route}`] });
    return (await admin.create(`routes/${route}/plugins`, { name, config })).revision;
  };
  if (provider !== undefined) await protect('orders', 'openid-connect', loginConfig(provider.issuer));
  await protect('limited', 'rate-limiting', { hour: 2, policy: 'local' });
  await protect('cached', 'proxy-cache', { strategy: 'memory', content_type: ['application/json'] });
  // As `GatewayLogs.pluginConfig()` writes it, with a shorter delay.
  await protect('logged', 'http-log', { http_endpoint: logs.url, queue: { max_batch_size: 200, max_coalescing_delay: 0.1 } });
  return (await protect('measured', 'prometheus', { status_code_metrics: true }))!;
}

/** As `GatewayIdentity.pluginConfig()` writes it for a Cognito user pool. */
function loginConfig(issuer: string): object {
  return {
    issuer,
    auth_methods: ['bearer'],
    bearer_token_param_type: ['header'],
    audience_claim: ['client_id'],
    audience_required: [CLIENT.id],
    scopes_required: [SCOPE],
    groups_claim: ['cognito:groups'],
    ssl_verify: true,
  };
}

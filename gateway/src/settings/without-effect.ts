/** Settings of Kong that are taken without acting on them, where somebody relies on what they switch on: these are told of. */

interface WithoutEffect {
  /** Values that ask for nothing more than what happens anyway. */
  readonly harmless: RegExp;
  /** What happens in place of it, and what to do. */
  readonly instead: string;
}

const OFF = /^(off|false)$/;

const WITHOUT_EFFECT: Readonly<Record<string, WithoutEffect>> = {
  KONG_CLUSTER_OCSP: { harmless: OFF, instead: 'no responder is asked about certificates; name those that are let in no more in HYBRIDGE_CLUSTER_REVOKED_FILE' },
  KONG_CLUSTER_USE_PROXY: { harmless: OFF, instead: 'tunnels are opened directly, not through KONG_PROXY_SERVER; open the way to the control plane' },
  KONG_ENFORCE_RBAC: { harmless: OFF, instead: 'the Admin API asks nobody who they are; limit who reaches it' },
  KONG_ROUTER_FLAVOR: { harmless: /^traditional(_compatible)?$/, instead: 'routes are matched as by traditional_compatible, and expressions are refused' },
  KONG_STREAM_LISTEN: { harmless: OFF, instead: 'TCP, UDP and TLS streams are not proxied' },
  KONG_REAL_IP_HEADER: { harmless: /^x-real-ip$/i, instead: 'the address of a client behind KONG_TRUSTED_IPS is read from X-Real-IP' },
};

/** One sentence for each. */
export function withoutEffect(environment: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(WITHOUT_EFFECT).flatMap(([name, { harmless, instead }]) => {
    const value = environment[name]?.trim();
    return !value || harmless.test(value) ? [] : [`${name}=${value} has no effect: ${instead}`];
  });
}

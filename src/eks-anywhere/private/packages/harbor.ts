import { parseIp } from '../../../eksa/syntax/ip';
import { isDnsSubdomain } from '../../../eksa/syntax/names';
import type { HarborOptions } from '../../packages/harbor';
import type { PackageForCluster } from './package-for-cluster';
import { identity, unexpected } from './package-for-cluster';


export function harbor(options: HarborOptions): PackageForCluster {
  const common = identity('harbor', options, { targetNamespace: 'harbor' });
  const { externalUrl, secretKey, adminPassword, tlsSecretName, loadBalancerIp, persistent } = options;
  const host = hostOf(externalUrl);
  if (tlsSecretName !== undefined && !isDnsSubdomain(tlsSecretName)) {
    throw unexpected('tlsSecretName', tlsSecretName, 'the name of a Secret');
  }
  if (loadBalancerIp !== undefined && !parseIp(loadBalancerIp)) throw unexpected('loadBalancerIp', loadBalancerIp, 'an IP address');
  return () => ({
    ...common,
    config: {
      externalURL: externalUrl,
      secretKey: secretKey._placeholder,
      harborAdminPassword: adminPassword._placeholder,
      expose: {
        ...(loadBalancerIp !== undefined && { type: 'loadBalancer', loadBalancer: { IP: loadBalancerIp, ports: { httpsPort: 443 } } }),
        tls:
          tlsSecretName === undefined
            ? { certSource: 'auto', auto: { commonName: host } }
            : { certSource: 'secret', secret: { secretName: tlsSecretName } },
      },
      persistence: { enabled: persistent },
    },
  });
}

/** @throws Error when the text is not an https URL without path */
function hostOf(url: string): string {
  const parts = /^https:\/\/([a-z0-9.-]+)(:\d{1,5})?$/.exec(url);
  if (!parts) {
    throw unexpected(
      'externalUrl',
      url,
      'https://, a lower-case host and perhaps a port, such as https://registry.factory.example:30003',
    );
  }
  return parts[1];
}

import { shown } from '../../../private/input/place';
import { requireKnownName } from '../../../private/secrets/existing-secret';
import type { SecretMount } from '../../../private/secrets/mount';
import { KongEdition } from '../../kong-helm-options';
import type { KongHelmOptions } from '../../kong-helm-options';
import { requireRepository } from '../plane/image-repository';
import type { KongChart } from '../plane/kong-chart';

/** Where Kong publishes its charts. */
export const CHART_REPOSITORY = 'https://charts.konghq.com';

const LAST_COMMUNITY_MINOR = 9;

/** @throws Error that names the property */
export function kongChart(options: KongHelmOptions): KongChart {
  const { chartVersion, edition = KongEdition.COMMUNITY, licence } = options;
  if (!/^3\.\d+\.\d+$/.test(chartVersion)) {
    throw new Error(
      `chartVersion: got ${shown(chartVersion)}, expected a version 3.x.y of the chart, such as 3.4.1: its values are what is known here`,
    );
  }
  const isEnterprise = edition === KongEdition.ENTERPRISE;
  if (licence && !isEnterprise) {
    throw new Error('licence: got one with the community edition, expected none: leave it out, or set edition to KongEdition.ENTERPRISE');
  }
  if (!licence && isEnterprise) {
    throw new Error(
      'licence: got none, expected the licence of the enterprise edition, which does not write configuration without '
        + 'one: give its secret, or use KongEdition.COMMUNITY',
    );
  }
  const imageRepository = options.imageRepository ?? (isEnterprise ? 'kong/kong-gateway' : 'kong');
  if (options.imageRepository !== undefined) requireRepository(imageRepository);
  return {
    version: chartVersion,
    edition,
    gatewayVersion: isEnterprise ? enterpriseVersion(options.gatewayVersion) : communityVersion(options.gatewayVersion ?? '3.9.1'),
    imageRepository,
    ...licence && { licence: licenceMount(licence) },
  };
}

function communityVersion(version: string): string {
  const minor = Number(/^3\.(\d+)\.\d+$/.exec(version)?.[1] ?? NaN);
  if (minor <= LAST_COMMUNITY_MINOR) return version;
  throw new Error(
    `gatewayVersion: got ${shown(version)}, expected 3.x.y up to 3.${LAST_COMMUNITY_MINOR}, the last that Kong `
      + 'publishes of the community edition: choose 3.9.1, or the enterprise edition',
  );
}

function enterpriseVersion(version: string | undefined): string {
  if (version && /^3\.\d+\.\d+\.\d+$/.test(version)) return version;
  throw new Error(`gatewayVersion: got ${shown(version)}, expected four numbers, as the enterprise edition has: such as 3.10.0.1`);
}

/** The chart asks for the key `license`. */
function licenceMount(secret: NonNullable<KongHelmOptions['licence']>): SecretMount {
  const secretName = requireKnownName('licence', secret);
  return {
    name: 'licence',
    path: '/etc/hybridge/licence',
    secret,
    secretName,
    secretType: 'Opaque',
    files: [{ file: 'license', property: '' }],
  };
}

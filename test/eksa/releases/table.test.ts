/** What the table of releases decides: windows of Kubernetes versions, fields, ends of support. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkDocuments } from '../../../src/eksa/check';
import { RELEASES } from '../../../src/eksa/releases/known';
import { supportOf } from '../../../src/eksa/releases/kubernetes-support';
import type { Release } from '../../../src/eksa/releases/release';
import {
  KNOWN_KUBERNETES_VERSIONS, NEWEST_RELEASE, isAtLeast, kubernetesVersions, releaseFor, unknownRelease,
} from '../../../src/eksa/releases/release-table';
import { compareVersions, parseSemanticVersion } from '../../../src/eksa/syntax/version';
import { licenseToken } from '../license-token';
import type { Changes } from '../rule-bases';
import { BASES, changed } from '../rule-bases';
import { findings } from '../rules/findings';

const VERSION = 'Cluster.spec.kubernetesVersion';

const byName = RELEASES.map((release) => [release.version, release] as const);

/** The release before another one in the table. */
function before({ version }: Release): Release {
  return RELEASES[RELEASES.findIndex((one) => one.version === version) - 1];
}

describe('the table', () => {
  test('is in order, and its files are named for what they hold', () => {
    const versions = RELEASES.map(({ version }) => parseSemanticVersion(version)!);
    for (let at = 1; at < versions.length; at++) expect(compareVersions(versions[at], versions[at - 1])).toBeGreaterThan(0);
    const index = readFileSync(join(__dirname, '../../../src/eksa/releases/known/index.ts'), 'utf8');
    const files = [...index.matchAll(/import \{ V(\S+) \} from '\.\/v(\S+)'/g)];
    expect(files.map(([, name]) => `v${name.replaceAll('_', '.')}`)).toEqual(RELEASES.map(({ version }) => version));
    for (const [, name, file] of files) expect(file).toBe(name.replaceAll('_', '-'));
  });

  test.each(byName)('%s creates versions whose support is known, and names its operating systems', (_version, release) => {
    expect(release.kubernetes.newest - release.kubernetes.oldest).toBeGreaterThanOrEqual(5);
    const names = release.operatingSystems.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['Bottlerocket', 'RHEL 8', 'RHEL 9', 'Ubuntu 22.04']));
    const { oldest, newest } = release.kubernetes;
    // Of the newest version no date is announced yet.
    for (let minor = oldest; minor < newest; minor++) {
      const { standardUntil, extendedUntil } = supportOf(minor)!;
      expect(standardUntil < extendedUntil).toBe(true);
    }
  });

  test('dates go forward within a line', () => {
    for (const release of RELEASES.slice(1)) {
      const [earlier, later] = [before(release).date, release.date];
      if (earlier && later) expect(later >= earlier).toBe(true);
    }
    expect(NEWEST_RELEASE).toMatchObject({ version: 'v0.27.0', date: '2026-11-12', kubernetes: { oldest: 31, newest: 37 } });
  });
});

describe('a release is found', () => {
  test.each([
    ['v0.26.3', 'v0.26.3', undefined],
    ['0.26.3', 'v0.26.3', undefined],
    ['v0.26.99', 'v0.26.5', 'newer'],
    ['v0.28.0', 'v0.27.0', 'newer'],
    ['v1.0.0', 'v0.27.0', 'newer'],
    ['v0.22.8', 'v0.23.0', 'older'],
    ['v0.1.0', 'v0.23.0', 'older'],
    ['latest', 'v0.27.0', 'invalid'],
    ['v0.26', 'v0.27.0', 'invalid'],
    [undefined, 'v0.27.0', undefined],
  ])('for %s: %s', (version, expected, standing) => {
    expect(releaseFor(version).version).toBe(expected);
    expect(unknownRelease(version)?.is).toBe(standing);
  });

  test.each([['v0.26.3', 'v0.26.3', true], ['v0.26.4', 'v0.26.3', true], ['v0.26.2', 'v0.26.3', false], ['v0.27.0', 'v0.26.3', true]])(
    '%s is at least %s: %s', (version, least, expected) => expect(isAtLeast(releaseFor(version), least)).toBe(expected));
});

describe('Kubernetes versions', () => {
  const token = { 'Cluster.spec.licenseToken': licenseToken() };
  const tried = Array.from({ length: 21 }, (_, at) => `1.${20 + at}`);

  test.each(byName)('%s refuses those outside its window, and no other', (version, release) => {
    for (const kubernetes of tried) {
      const found = findings(BASES.docker, { [VERSION]: kubernetes, ...token }, { eksAnywhereVersion: version });
      const expected = kubernetesVersions(release).includes(kubernetes) ? [] : [`error version ${VERSION}`];
      expect({ kubernetes, found: found.filter((line) => !line.startsWith('warning support')) }).toEqual({ kubernetes, found: expected });
    }
  });

  test.each(byName)('%s refuses them in worker groups, too', (version, { kubernetes: { oldest, newest } }) => {
    const at = 'Cluster.spec.workerNodeGroupConfigurations[0].kubernetesVersion';
    const found = (group: number) => findings(
      BASES.docker, { [VERSION]: `1.${oldest}`, [at]: `1.${group}`, ...token }, { eksAnywhereVersion: version },
    );
    expect(found(oldest - 1)).toContain(`error version ${at}`);
    expect(found(newest + 1)).toContain(`error version ${at}`);
    expect(found(oldest)).not.toContain(`error version ${at}`);
  });

  test('a refusal names the window, and the releases that have the version', () => {
    const message = (kubernetes: string, release: string) => checkDocuments(
      changed(BASES.docker, { [VERSION]: kubernetes }).documents, undefined, { eksAnywhereVersion: release },
    ).find(({ ruleId }) => ruleId === 'version')?.message;
    expect(message('1.37', 'v0.26.0')).toBe("is '1.37'; EKS Anywhere v0.26.0 creates 1.30 to 1.36; v0.27.0 and newer have '1.37'");
    expect(message('1.30', 'v0.27.0')).toBe("is '1.30'; EKS Anywhere v0.27.0 creates 1.31 to 1.37; v0.23.0 to v0.26.5 have '1.30'");
    expect(message('1.44', 'v0.27.0')).toBe("is '1.44'; EKS Anywhere v0.27.0 creates 1.31 to 1.37");
  });

  test('where no release is named, the fix is also to name one that has the version', () => {
    const fix = (kubernetes: string, release?: string) => checkDocuments(
      changed(BASES.docker, { [VERSION]: kubernetes }).documents, undefined, { eksAnywhereVersion: release },
    ).find(({ ruleId }) => ruleId === 'version')?.fix;
    expect(fix('1.30')).toBe('use one of 1.31, 1.32, 1.33, 1.34, 1.35, 1.36 or 1.37, or name the release that you use');
    expect(fix('1.30', 'v0.27.0')).toBe('use one of 1.31, 1.32, 1.33, 1.34, 1.35, 1.36 or 1.37');
    expect(fix('1.44')).toBe('use one of 1.31, 1.32, 1.33, 1.34, 1.35, 1.36 or 1.37');
  });

  test('the docstring of each constant names the releases that have it', () => {
    const source = readFileSync(join(__dirname, '../../../src/eks-anywhere/kubernetes-version.ts'), 'utf8');
    const said = [...source.matchAll(/\/\*\* Kubernetes (\S+): EKS Anywhere (.*)\. \*\/\n {2}public static readonly V/g)]
      .map(([, version, releases]) => `${version}: ${releases}`);
    expect(said).toEqual(KNOWN_KUBERNETES_VERSIONS.map((version) => {
      const minors = [...new Set(RELEASES.filter((one) => kubernetesVersions(one).includes(version))
        .map((one) => one.version.replace(/^v(.*)\.\d+$/, '$1')))];
      const [first, last] = [minors[0], minors[minors.length - 1]];
      return `${version}: ${minors.length === 1 ? first : minors.length === 2 ? `${first} and ${last}` : `${first} to ${last}`}`;
    }));
  });
});

describe('fields', () => {
  const CP = 'Cluster.spec.controlPlaneConfiguration';
  const CILIUM = 'Cluster.spec.clusterNetwork.cniConfig.cilium';
  const VALUES: Readonly<Record<string, { base: keyof typeof BASES; changes: Changes; at: string }>> = {
    'Cluster spec.clusterNetwork.cniConfig.cilium.cniExclusive': {
      base: 'docker', changes: { [`${CILIUM}.cniExclusive`]: false }, at: `${CILIUM}.cniExclusive`,
    },
    'Cluster spec.clusterNetwork.cniConfig.cilium.helmValues': {
      base: 'docker', changes: { [`${CILIUM}.helmValues`]: { debug: { enabled: true } } }, at: `${CILIUM}.helmValues`,
    },
    'Cluster spec.controlPlaneConfiguration.auditPolicyContent': {
      base: 'docker', changes: { [`${CP}.auditPolicyContent`]: 'kind: Policy\n' }, at: `${CP}.auditPolicyContent`,
    },
    'Cluster spec.controlPlaneConfiguration.skipAdmissionForSystemResources': {
      base: 'docker', changes: { [`${CP}.skipAdmissionForSystemResources`]: false }, at: `${CP}.skipAdmissionForSystemResources`,
    },
    'VSphereMachineConfig spec.networks': {
      base: 'vsphere',
      changes: {
        'VSphereMachineConfig/prod-md-0.spec.networks': ['/DC1/network/a', '/DC1/network/b'],
        'VSphereMachineConfig/prod-cp.spec.template': '/DC1/vm/ubuntu-2204-kube-1-33',
        'VSphereMachineConfig/prod-md-0.spec.template': '/DC1/vm/ubuntu-2204-kube-1-33',
      },
      at: 'VSphereMachineConfig/prod-md-0.spec.networks',
    },
    'TinkerbellMachineConfig spec.hardwareAffinity': {
      base: 'affinity',
      changes: { 'TinkerbellDatacenterConfig/lab.spec.osImageURL': 'http://10.20.0.2/ubuntu-1-33.gz' },
      at: 'TinkerbellMachineConfig/lab-cp.spec.hardwareAffinity',
    },
  };
  const fields = RELEASES.flatMap((release) => release.newFields.map((field) => [`${field.kind} ${field.path}`, release] as const));

  test.each(fields)('%s is refused one release before its first', (field, first) => {
    const { base, changes, at } = VALUES[field];
    const found = (version: string) => findings(BASES[base], { [VERSION]: '1.33', ...changes }, { eksAnywhereVersion: version })
      .filter((line) => line.startsWith('error'));
    expect(found(before(first).version)).toEqual([`error release-field ${at}`]);
    expect(found(RELEASES[0].version)).toEqual([`error release-field ${at}`]);
    expect(found(first.version)).toEqual([]);
    expect(found('v0.22.0')).toEqual([`error release-field ${at}`]);
  });

  test('every field of the table is tried', () => {
    expect(fields.map(([field]) => field).sort()).toEqual(Object.keys(VALUES).sort());
  });

  test('the refusal names the release that brought the field', () => {
    const { documents } = changed(BASES.affinity, {});
    const found = checkDocuments(documents, undefined, { eksAnywhereVersion: 'v0.24.2' }).find(({ ruleId }) => ruleId === 'release-field');
    expect(found).toMatchObject({
      message: 'came with EKS Anywhere v0.25.0; v0.24.2 does not know it', fix: 'remove it, or use v0.25.0 or newer',
    });
  });
});

describe('the release of the file', () => {
  const RELEASE = 'Cluster.spec.eksaVersion';

  test('decides where none is named', () => {
    expect(findings(BASES.docker, { [VERSION]: '1.37', [RELEASE]: 'v0.26.3' })).toEqual([`error version ${VERSION}`]);
    expect(findings(BASES.docker, { [VERSION]: '1.37', [RELEASE]: 'v0.27.0' })).toEqual([]);
    expect(findings(BASES.docker, { [VERSION]: '1.37' })).toEqual([]);
  });

  test('gives way to the one that is named', () => {
    expect(findings(BASES.docker, { [VERSION]: '1.37', [RELEASE]: 'v0.26.3' }, { eksAnywhereVersion: 'v0.27.0' })).toEqual([]);
  });

  test.each(['v0.28.0', 'v0.26.99'])('is said to be unknown once, when it is %s', (version) => {
    expect(findings(BASES.docker, { [RELEASE]: version })).toEqual([`warning release ${RELEASE}`]);
  });

  test('that is named and is none is refused', () => {
    expect(findings(BASES.docker, {}, { eksAnywhereVersion: 'v0.26' })).toEqual([`error release ${RELEASE}`]);
  });

  test('that is none is refused, and the newest judges', () => {
    expect(findings(BASES.docker, { [RELEASE]: 'latest', [VERSION]: '1.37' })).toEqual([`error C65 ${RELEASE}`]);
  });
});

/** Support of Kubernetes versions and licence tokens, day by day. */
import { licenseToken } from '../license-token';
import { BASES } from '../rule-bases';
import type { Changes } from '../rule-bases';
import { findings, messages } from './findings';

const VERSION = 'Cluster.spec.kubernetesVersion';
const GROUP = 'Cluster.spec.workerNodeGroupConfigurations[0].kubernetesVersion';
const TOKEN = 'Cluster.spec.licenseToken';
const { docker } = BASES;

describe('support of a version ends on a day', () => {
  test.each<[string, string, Changes, string[]]>([
    ['its last day', '2026-08-31', { [VERSION]: '1.33' }, []],
    ['the day after', '2026-09-01', { [VERSION]: '1.33' }, ['2026-08-31']],
    ['the next year', '2027-08-31', { [VERSION]: '1.33' }, ['2026-08-31']],
    ['the day after extended support', '2027-09-01', { [VERSION]: '1.33' }, ['2027-08-31']],
    ['the day after extended support, with a token', '2027-09-01', { [VERSION]: '1.33', [TOKEN]: licenseToken() }, ['2027-08-31']],
    ['the day after, with a token', '2026-09-01', { [VERSION]: '1.33', [TOKEN]: licenseToken() }, []],
    ['the day after, with a placeholder for one', '2026-09-01', { [VERSION]: '1.33', [TOKEN]: '${env:TOKEN}' }, []],
    ['the last day of another version', '2026-04-30', { [VERSION]: '1.32' }, []],
    ['the day after that', '2026-05-01', { [VERSION]: '1.32' }, ['2026-04-30']],
    ['a day before the last of 1.34', '2026-12-30', { [VERSION]: '1.34' }, []],
    ['the day after the last of 1.34', '2027-01-01', { [VERSION]: '1.34' }, ['2026-12-31']],
    ['the date of Amazon EKS', '2027-03-28', { [VERSION]: '1.35' }, ['2027-03-27 (the date of Amazon EKS)']],
    ['no known date', '2030-01-01', { [VERSION]: '1.37' }, []],
    ['a group past it', '2026-11-30', { [VERSION]: '1.35', [GROUP]: '1.33' }, ['2026-08-31']],
    ['a group past it, with a token', '2026-11-30', { [VERSION]: '1.35', [GROUP]: '1.33', [TOKEN]: licenseToken() }, []],
    ['cluster and group past it', '2026-11-30', { [VERSION]: '1.33', [GROUP]: '1.32' }, ['2026-08-31', '2026-04-30']],
    ['an older version of a group only', '2026-11-30', { [VERSION]: '1.34', [GROUP]: '1.33' }, ['2026-08-31']],
  ])('%s', (_title, today, changes, dates) => {
    const found = messages(docker, changes, { today }).filter((line) => line.startsWith('warning support'));
    expect(found.map((line) => /ended on ([^:]*)/.exec(line)![1])).toEqual(dates);
  });

  test('the tools ask for a token by the version of the cluster', () => {
    expect(messages(docker, { [VERSION]: '1.33', [GROUP]: '1.32' })).toEqual([
      `warning support ${VERSION}: is '1.33', whose standard support ended on 2026-08-31: the tools ask for a licence token`,
      `warning support ${GROUP}: is '1.32', whose standard support ended on 2026-04-30: it gets fixes with a licence token only`,
    ]);
  });

  test('extended support that is over leaves no fixes, and the tools ask all the same', () => {
    expect(messages(docker, { [VERSION]: '1.31' }, { today: '2027-01-01' })).toEqual([
      `warning support ${VERSION}: is '1.31', whose extended support ended on 2026-12-31: it gets no fixes any longer, and the tools `
        + 'still ask for a licence token',
    ]);
  });

  test('releases before v0.22.0 asked for no token', () => {
    expect(findings(docker, { [VERSION]: '1.28' }, { eksAnywhereVersion: 'v0.21.0' }))
      .toEqual(['warning release Cluster.spec.eksaVersion']);
  });
});

describe('a licence token', () => {
  const day = (endValidity: string, more: object = {}) => licenseToken({ endValidity, ...more });
  const found = (token: string, kubernetes = '1.33') => findings(docker, { [VERSION]: kubernetes, [TOKEN]: token });
  const seconds = (time: string) => Date.parse(time) / 1000;

  test.each([
    ['that ends today', day('2026-11-30T00:00:00Z'), []],
    ['that ends in years', day('2036-01-01T00:00:00+02:00'), []],
    ['that ended yesterday', day('2026-11-29T10:00:00Z'), ['license-expired']],
    ['that ended yesterday where it was written', day('2026-11-30T00:30:00+02:00'), ['license-expired']],
    ['whose registered claim ended before', day('2036-01-01T00:00:00Z', { exp: seconds('2026-01-01T00:00:00Z') }), ['license-expired']],
    ['whose registered claim ends later', day('2036-01-01T00:00:00Z', { exp: seconds('2037-01-01T00:00:00Z') }), []],
    ['without its claim', licenseToken({ exp: seconds('2037-01-01T00:00:00Z') }), ['license-token']],
    ['whose claim is no time', day('soon'), ['license-token']],
    ['that was cut', day('2036-01-01T00:00:00Z').slice(0, 40), ['license-token']],
    ['without a signature', day('2036-01-01T00:00:00Z').replace(/\.[^.]*$/, '.'), ['license-token']],
    ['that is a number', '12345', ['license-token']],
    ['that stands for one', '${secretsmanager:site/eksa#token}', []],
  ])('%s', (_title, token, rules) => {
    expect(found(token)).toEqual(rules.map((rule) => `error ${rule} ${TOKEN}`));
    // While the version has standard support, no tool reads the token.
    expect(found(token, '1.35')).toEqual(rules.map((rule) => `warning ${rule} ${TOKEN}`));
  });

  test('is not shown', () => {
    for (const token of ['my-secret-token', day('2020-01-01T00:00:00Z')]) {
      expect(messages(docker, { [TOKEN]: token }).join('\n')).not.toContain(token.slice(0, 8));
    }
  });
});

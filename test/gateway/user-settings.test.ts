/** Settings that a program adds: the table of the gateway that will read them judges names and values at synth. */
import { CfnParameter } from 'aws-cdk-lib';
import { ArtifactMetadataEntryType } from 'aws-cdk-lib/cloud-assembly-schema';
import { EksTarget, GatewayEngine, KongEdition } from '../../src';
import { testCluster, testControlPlane, testStack } from './sample';

const kong = () => GatewayEngine.kongHelm({ chartVersion: '3.4.1', edition: KongEdition.COMMUNITY });

/** @returns warnings about settings of a data plane with these */
function warningsOf(settings: Record<string, string>, engine = GatewayEngine.packaged()): string[] {
  const stack = testStack();
  const target = EksTarget.cluster(testCluster(stack));
  const plane = testControlPlane(stack, { target, engine }).addDataPlane('Plane', { target, settings });
  return plane.node.metadata
    .filter(({ type, data }) => type === ArtifactMetadataEntryType.WARN && String(data).includes('cdk-hybridge:setting.'))
    .map(({ data }) => String(data));
}

describe('the packaged gateway', () => {
  it.each([
    [{ KONG_LOG_LEVL: 'debug' }, 'settings["KONG_LOG_LEVL"]: got a name that no gateway reads, expected KONG_LOG_LEVEL: correct it'],
    [{ KONG_NO_SUCH_SUBJECT_AT_ALL: '1' }, 'got a name that no gateway reads, expected a name of docs/reference/settings.md'],
    [
      { KONG_LOG_LEVEL: 'verbose' },
      'settings["KONG_LOG_LEVEL"]: the nodes would not start: KONG_LOG_LEVEL: \'verbose\' is not valid; expected one of emerg',
    ],
    [{ KONG_NGINX_PROXY_SSL_VERIFY_CLIENT: 'on' }, 'the nodes would not start: KONG_NGINX_PROXY_SSL_VERIFY_CLIENT=on is not supported'],
  ])('refuses what its nodes would: %j', (settings, message) => {
    expect(() => warningsOf(settings)).toThrow(message);
  });

  it('warns of a setting without effect', () => {
    const [warning, ...others] = warningsOf({ KONG_MEM_CACHE_SIZE: '256m' });
    expect(warning).toContain('settings["KONG_MEM_CACHE_SIZE"]: KONG_MEM_CACHE_SIZE=256m has no effect: ');
    expect(warning).toContain('[ack: cdk-hybridge:setting.KONG_MEM_CACHE_SIZE]');
    expect(others).toEqual([]);
  });

  it('accepts values that are known only after deployment, but not their misspelt names', () => {
    const value = () => new CfnParameter(testStack(), 'Level').valueAsString;
    expect(warningsOf({ KONG_LOG_LEVEL: value() })).toEqual([]);
    expect(() => warningsOf({ KONG_LOG_LEVL: value() })).toThrow('expected KONG_LOG_LEVEL');
  });
});

describe('Kong', () => {
  it('gets no misspelt name', () => {
    expect(() => warningsOf({ KONG_LOG_LEVL: 'debug' }, kong())).toThrow('expected KONG_LOG_LEVEL');
  });

  it('gets its own settings unjudged, and a warning with names of other releases', () => {
    expect(warningsOf({ KONG_NGINX_WORKER_PROCESSES: '2', KONG_PLUGINS: 'bundled,mine' }, kong())).toEqual([]);
    expect(warningsOf({ KONG_ADDED_BY_SOME_LATER_RELEASE: '1' }, kong())).toEqual([
      expect.stringContaining('settings["KONG_ADDED_BY_SOME_LATER_RELEASE"]: Kong Gateway 3.9 has no setting of this name'),
    ]);
  });
});

import { describe, expect, it } from 'vitest';

import { checkPlugins, checkVersion } from './compatibility.ts';
import { prepareConfiguration } from './prepared-configuration.ts';
import type { PluginVersion } from './protocol.ts';

describe('a data plane of version', () => {
  it.each(['3.0.0', '3.8.9', '3.9.0', '3.9.99', '3.8.0.5-enterprise-edition'])('%s is served by 3.9.1', (version) => {
    expect(checkVersion(version, '3.9.1')).toEqual({ status: 'normal' });
  });

  it.each(['3.10.0', '2.9.0', '4.0.0', '4.9.1', '3.9', 'x', ''])('%s is not served by 3.9.1', (version) => {
    expect(checkVersion(version, '3.9.1')).toEqual({
      status: 'kong_version_incompatible', reason: `data plane version ${version} cannot be served, expected 3.0 to 3.9`,
    });
  });

  it('3.9.1 is served by this version', () => {
    expect(checkVersion('3.9.1')).toEqual({ status: 'normal' });
    expect(checkVersion('3.10.0').status).toBe('kong_version_incompatible');
  });
});

describe('a configuration with key-auth', () => {
  const configuration = prepareConfiguration({ _format_version: '3.0', plugins: [{ id: 'p', name: 'key-auth', config: {} }] }, 1);
  const other: PluginVersion = { name: 'acl', version: '9.0.0' };

  it.each([undefined, 'unreadable', '3.0.0', '3.9.5'])('is sent to a data plane that has the plugin in version %s', (version) => {
    expect(checkPlugins(configuration, [other, { name: 'key-auth', ...(version !== undefined && { version }) }], '3.9.1')).toEqual({
      status: 'normal',
    });
  });

  it.each(['3.10.0', '2.9.0', '4.0.0'])('is not sent to a data plane that has the plugin in version %s', (version) => {
    expect(checkPlugins(configuration, [{ name: 'key-auth', version }], '3.9.1')).toEqual({
      status: 'plugin_version_incompatible', reason: `the data plane has plugin key-auth in version ${version}, expected 3.0 to 3.9`,
    });
  });

  it('is not sent to a data plane without the plugin', () => {
    expect(checkPlugins(configuration, [other])).toEqual({
      status: 'plugin_set_incompatible', reason: 'the configuration uses plugin key-auth, which the data plane does not have',
    });
  });

  it('is sent to a data plane of this version', () => {
    expect(checkPlugins(configuration, [{ name: 'key-auth', version: '3.9.1' }])).toEqual({ status: 'normal' });
  });
});

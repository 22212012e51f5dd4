/** Kinds of vaults by what the node has, as the Admin API takes them. */
import { describe, expect, it } from 'vitest';

import { startAdminNode } from '../../../test/fixtures/admin-node.ts';
import { vaultKinds } from '../../base/vault-kinds.ts';

describe('kinds of vaults', () => {
  it.each<readonly [readonly string[], 'kong-3.9.1' | 'full', readonly string[]]>([
    [['bundled'], 'kong-3.9.1', ['env']], [['bundled'], 'full', ['env', 'aws', 'hcv']], [['off'], 'full', ['env']],
    [['bundled', 'hcv'], 'kong-3.9.1', ['env', 'hcv']], [['aws'], 'kong-3.9.1', ['env', 'aws']],
  ])('%j in the profile %s are %j', (listed, compatibility, expected) => {
    expect(vaultKinds(listed, compatibility)).toEqual(expected);
  });

  it('can be configured where the node has them', async () => {
    const node = await startAdminNode({ compatibility: 'full' });
    const post = async (body: object) => {
      const { status, text } = await node.send('POST', '/vaults', body);
      return [status, (JSON.parse(text) as { readonly message?: string }).message];
    };
    expect(await post({ name: 'aws', prefix: 'my-aws', config: { region: 'eu-central-1', ttl: 60 } })).toEqual([201, undefined]);
    expect(await post({ name: 'hcv', prefix: 'my-hcv', config: { token: '{vault://env/token}', kv: 'v2' } })).toEqual([201, undefined]);
    expect(await post({ name: 'hcv', prefix: 'my-pods', config: { auth_method: 'kubernetes', kube_role: 'r' } })).toEqual([201, undefined]);
    expect(await post({ name: 'hcv', prefix: 'no-role', config: { auth_method: 'kubernetes' } })).toEqual(
      [400, expect.stringContaining('kube_role: required field missing')]);
    expect(await post({ name: 'hcv', prefix: 'no-token', config: {} })).toEqual(
      [400, expect.stringContaining('token: required field missing')]);
    expect(await post({ name: 'env', prefix: 'aws' })).toEqual([400, 'schema violation (prefix: must not be one of: env, aws, hcv)']);
    expect(await post({ name: 'gcp', prefix: 'my-gcp' })).toEqual([400, expect.stringContaining("vault 'gcp' is not installed")]);
    expect((await node.send('GET', '/schemas/vaults/aws')).status).toBe(200);
    await node.close();
  });

  it('are not installed in the profile of the community edition', async () => {
    const node = await startAdminNode();
    const { status, text } = await node.send('POST', '/vaults', { name: 'aws', prefix: 'my-aws' });
    expect([status, text]).toEqual([400, expect.stringContaining("vault 'aws' is not installed")]);
    expect((await node.send('GET', '/schemas/vaults/aws')).status).toBe(404);
    await node.close();
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CustomResourceEvent } from './custom-resource.ts';
import { openSearchClient } from './opensearch/client.ts';
import { startFakeOpenSearch } from './opensearch/fake-opensearch.testing.ts';
import type { FakeOpenSearch } from './opensearch/fake-opensearch.testing.ts';
import { openSearchSetup } from './opensearch-setup.ts';

let fake: FakeOpenSearch;
beforeEach(async () => {
  fake = await startFakeOpenSearch();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await fake.close();
});

function run(RequestType: CustomResourceEvent['RequestType'], changes: Record<string, string> = {}) {
  const ResourceProperties = { Endpoint: fake.url, Stream: 'logs-gateway', RetentionDays: '30', ...changes };
  const event: CustomResourceEvent = {
    RequestType, ResourceProperties, ResponseURL: '', StackId: 'stack', RequestId: 'request',
    LogicalResourceId: 'Setup',
  };
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test', sessionToken: 'test' };
  return openSearchSetup(event, (endpoint) => openSearchClient({ endpoint, region: 'eu-central-1' }, () => credentials));
}

const POLICY = '/_plugins/_ism/policies/logs-gateway';
const stored = (path: string) => fake.stored.get(path);
const monitorNames = () => [...fake.stored].filter(([path]) => path.startsWith('/_plugins/_alerting')).map(([, { name }]) => name).sort();

describe('a domain', () => {
  it('gets retention, a template, a data stream, a dashboard and alerts', async () => {
    const { physicalId } = await run('Create');
    expect(physicalId).toBe(`opensearch-setup/${new URL(fake.url).host}/logs-gateway`);
    const [written, deleted] = stored(POLICY).policy.states;
    expect(written).toMatchObject({
      actions: [{ rollover: { min_index_age: '1d' } }],
      transitions: [{ state_name: 'deleted', conditions: { min_index_age: '30d' } }],
    });
    expect(deleted.actions).toEqual([{ delete: {} }]);
    const { template, data_stream, index_patterns } = stored('/_index_template/logs-gateway');
    expect(index_patterns).toEqual(['logs-gateway*']);
    expect(data_stream).toEqual({ timestamp_field: { name: '@timestamp' } });
    expect(template.mappings).toMatchObject({
      dynamic: false, properties: {
        '@timestamp': { type: 'date' }, 'client_ip': { type: 'ip' },
        'status': { type: 'short' }, 'route': { type: 'keyword' },
      },
    });
    expect(stored('/_data_stream/logs-gateway-default')).toEqual({});
    expect(monitorNames()).toEqual(['logs-gateway: requests without valid credentials', 'logs-gateway: server errors',
      'logs-gateway: slow answers']);
  });

  it('gets a dashboard whose every reference leads to an object, and whose charts name fields that exist', async () => {
    await run('Create');
    const objects = [...fake.stored].filter(([path]) => path.startsWith('/_dashboards/')).map(([, object]) => object);
    const known = new Set(objects.map(({ type, id }) => `${type}/${id}`));
    for (const { references } of objects) for (const { type, id } of references) expect(known).toContain(`${type}/${id}`);
    const fields = Object.keys(stored('/_index_template/logs-gateway').template.mappings.properties);
    const charts = objects.filter(({ type }) => type === 'visualization').map(({ attributes }) => JSON.parse(attributes.visState));
    expect(charts).toHaveLength(6);
    for (const { aggs } of charts) for (const { params } of aggs) if (params.field) expect(fields).toContain(params.field);
    const panels = JSON.parse(stored('/_dashboards/api/saved_objects/dashboard/logs-gateway').attributes.panelsJSON);
    expect(panels.map(({ panelRefName }: { panelRefName: string }) => panelRefName)).toEqual(charts.map((_, at) => `panel_${at}`));
  });

  it.each(['Create', 'Update'] as const)('is the same after a second %s', async (type) => {
    await run('Create');
    const before = structuredClone([...fake.stored].sort());
    await run(type);
    expect([...fake.stored].sort()).toEqual(before);
  });

  it('tells indices that exist of a new retention', async () => {
    await run('Create');
    fake.calls.length = 0;
    await run('Update', { RetentionDays: '7' });
    expect(stored(POLICY).policy.states[0].transitions[0].conditions).toEqual({ min_index_age: '7d' });
    expect(fake.calls).toContain('POST /_plugins/_ism/change_policy/logs-gateway*');
  });

  it('fails with what was answered, for CloudFormation to show', async () => {
    fake.refusals.set('PUT /_index_template/logs-gateway', 403);
    await expect(run('Create')).rejects.toThrow('OpenSearch answered 403 to PUT /_index_template/logs-gateway: {"error":"refused"}');
  });

  it('loses everything but the logs, and the template that they need, on delete, which may come twice', async () => {
    await run('Create');
    fake.documents.set('logs-gateway-default/1', {});
    for (const _time of [1, 2]) {
      await run('Delete');
      expect([...fake.stored.keys()].sort()).toEqual(['/_data_stream/logs-gateway-default', '/_index_template/logs-gateway']);
    }
  });

  it('loses a stream that no log was ever written to, too', async () => {
    await run('Create');
    await run('Delete');
    expect([...fake.stored.keys()]).toEqual([]);
  });

  it('does not hold up a delete when it refuses or is gone', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    await run('Create');
    fake.refusals.set('DELETE /_index_template/logs-gateway', 500);
    await run('Delete');
    expect(stored(POLICY)).toBeUndefined();
    expect(await run('Delete', { Endpoint: 'http://127.0.0.1:1' })).toEqual({ physicalId: 'opensearch-setup/127.0.0.1:1/logs-gateway' });
  });
});

it('refuses to guess what the template left out', async () => {
  await expect(run('Create', { Stream: '' })).rejects.toThrow('property Stream of Setup: expected text, got ""');
});

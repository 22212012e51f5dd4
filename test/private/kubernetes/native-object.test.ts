import { native } from '../../../src/private/kubernetes/native-object';

/** Compiled by `npx projen check:types`: each expected error has to be one. */
it('is the object as given, and its fields are those of its kind', () => {
  const metadata = { name: 'plane', namespace: 'plane' };
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
    spec: { clusterIP: 'None', ports: [{ name: 'proxy', port: 80, targetPort: 'proxy' }] },
  } as const;
  expect(native(service)).toBe(service);
  const wrong = [
    // @ts-expect-error a Service has no replicas
    native({ apiVersion: 'v1', kind: 'Service', metadata, spec: { replicas: 2 } }),
    // @ts-expect-error the API spells it clusterIP
    native({ apiVersion: 'v1', kind: 'Service', metadata, spec: { clusterIp: 'None' } }),
    // @ts-expect-error Deployments are in apps/v1
    native({ apiVersion: 'v1', kind: 'Deployment', metadata }),
    // @ts-expect-error replicas are a number
    native({ apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { replicas: '2', selector: {}, template: {} } }),
    native({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      // @ts-expect-error a container needs a name
      spec: { selector: {}, template: { spec: { containers: [{ image: 'gateway' }] } } },
    }),
  ];
  expect(wrong).toHaveLength(5);
});

import { Lazy } from 'aws-cdk-lib';
import { imagePullPolicy } from '../../../../src/gateway/private/manifests/image-pull-policy';

const HASH = 'a1'.repeat(32);

it.each([
  `registry.acme.example/hybridge:${HASH}`,
  `registry.acme.example:5000/hybridge:v-${HASH}`,
  `registry.acme.example/hybridge@sha256:${HASH}`,
  'kong/kong-gateway:3.10.0.16',
  'kong:3.9.1',
  Lazy.string({ produce: () => 'known after the deployment' }),
])('is IfNotPresent for what names one content: %s', (image) => {
  expect(imagePullPolicy(image)).toBe('IfNotPresent');
});

it.each(['kong', 'kong:latest', 'kong:3.9', 'registry.acme.example:5000/kong', 'kong:3', `kong:${HASH.slice(1)}`, `kong:${HASH}-x`])(
  'is Always for a tag that may move: %s', (image) => {
    expect(imagePullPolicy(image)).toBe('Always');
  });

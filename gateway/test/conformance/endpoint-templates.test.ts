import { describe, expect, it } from 'vitest';
import { endpointOf } from './endpoint-templates.ts';

const ENDPOINTS = ['/', '/services', '/services/{services}', '/services/{services}/routes', '/plugins/enabled', '/plugins/{plugins}'];

describe('the endpoint of a recorded path', () => {
  it.each([
    ['/', '/'],
    ['/services?size=2', '/services'],
    ['/services/', '/services'],
    ['/services/a%2Fb', '/services/{services}'],
    ['/services/svc/routes?tags=a', '/services/{services}/routes'],
    ['/plugins/enabled', '/plugins/enabled'],
    ['/plugins/x', '/plugins/{plugins}'],
    ['/none', undefined],
    ['/services/svc/none', undefined],
  ])('%s belongs to %s', (path, endpoint) => expect(endpointOf(path, ENDPOINTS)).toBe(endpoint));
});

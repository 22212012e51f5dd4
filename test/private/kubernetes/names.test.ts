import { kebabCase, requireObjectName } from '../../../src/private/kubernetes/names';

it.each([
  ['FactoryPlane', 'factory-plane'],
  ['factory', 'factory'],
  ['EUPlane2', 'eu-plane2'],
  ['EUWest', 'eu-west'],
  ['Plant_7 North', 'plant-7-north'],
])('makes a name of %s', (id, name) => {
  expect(kebabCase(id)).toBe(name);
  expect(requireObjectName('id', name)).toBe(name);
});

it.each(['', '-x', 'x-', 'X', 'a.b', 'x'.repeat(41)])('refuses %j with the property', (name) => {
  expect(() => requireObjectName('id', name)).toThrow(`id: got ${JSON.stringify(name)}, expected at most 40 lower-case letters`);
});

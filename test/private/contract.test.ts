import * as contract from '../../src/private/contract';

it('keeps every value that running stacks and nodes agreed on', () => {
  expect(contract).toMatchSnapshot();
});

it('has no two settings with one name, and no two listeners on one port', () => {
  for (const values of [Object.values(contract.ENV), Object.values(contract.PORTS), Object.values(contract.PATHS)] as unknown[][]) {
    expect(new Set(values).size).toBe(values.length);
  }
});

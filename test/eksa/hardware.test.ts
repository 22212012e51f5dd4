import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { COLUMNS } from '../../src/eksa/hardware/columns';
import type { MachineCells } from '../../src/eksa/hardware/hardware-csv';
import { formatHardware, machineFromCells, parseHardware } from '../../src/eksa/hardware/hardware-csv';
import { environmentPlaceholder, parsePlaceholder, secretPlaceholder } from '../../src/eksa/hardware/placeholder';
import { matchesSelector, selectorUses, spareMachines } from '../../src/eksa/hardware/selection';
import { CsvSyntaxError, formatRecord, parseCsv } from '../../src/eksa/syntax/csv';

describe('CSV', () => {
  test.each([
    ['a,b\n1,2\n', [['a', 'b'], ['1', '2']]],
    ['a,b\r\n1,2', [['a', 'b'], ['1', '2']]],
    ['a,b\n\n1,\n', [['a', 'b'], ['1', '']]],
    ['a\n"x,""y"",\nz"\n', [['a'], ['x,"y",\nz']]],
  ])('%j is read', (text, expected) => expect(parseCsv(text).map(({ cells }) => cells)).toEqual(expected));
  test.each([
    ['a,b\n1\n', 2],
    ['a\nx"y\n', 2],
    ['a\n"x\n', 2],
    ['a\n"x"y\n', 2],
    ['a,b\n \n', 2],
  ])('%j is refused at line %s', (text, line) => {
    expect(() => parseCsv(text)).toThrow(CsvSyntaxError);
    try {
      parseCsv(text);
    } catch (error) {
      expect((error as CsvSyntaxError).line).toBe(line);
    }
  });
  test('reads back every record that it writes', () => {
    const cell = fc.string().map((text) => text.replace(/\r/g, ''));
    fc.assert(fc.property(fc.array(cell, { minLength: 2, maxLength: 5 }), (cells) => {
      expect(parseCsv(`${formatRecord(cells)}\n`).map((record) => record.cells)).toEqual([cells]);
    }));
  });
});

const HEADER = 'hostname,mac,ip_address,netmask,gateway,nameservers,labels,disk';
const ROW = 'n,52:54:00:aa:00:01,10.0.0.2,255.255.255.0,10.0.0.1,1.1.1.1,type=cp,/dev/sda';

describe('hardware.csv', () => {
  it('is documented with every column, and which of them are required', () => {
    const page = readFileSync(join(__dirname, '..', '..', 'docs', 'eks-anywhere-files.md'), 'utf8');
    const rows = [...page.matchAll(/^\| `([a-z_]+)` \| (yes|no) \|/gm)].map(([, column, required]) => ({ column, required }));
    expect(rows.map(({ column }) => column)).toEqual(COLUMNS);
    for (const { column, required } of rows) {
      const header = COLUMNS.filter((each) => each !== column).join(',');
      expect(parseHardware(`${header}\n`).fileProblem !== undefined, column).toBe(required === 'yes');
    }
    const [sample = ''] = /hostname,mac[^`]*/.exec(page) ?? [];
    expect(parseHardware(sample)).toMatchObject({ machines: [{ labels: { type: 'cp' } }, { labels: { type: 'worker' } }] });
  });

  test.each([
    ['a missing column', HEADER.replace(',disk', ''), /lacks the columns disk/],
    ['another letter case', HEADER.replace('mac', 'MAC'), /names columns 'MAC' where the tools want mac/],
    ['a byte order mark', `\ufeff${HEADER}`, /^starts with a byte order mark/],
    ['blanks before names', HEADER.replace(/,/g, ', '), /^has blanks after its separators/],
    ['nothing', '', /is empty/],
    ['lines that end with CR alone', `${HEADER}\r${ROW}\r`, /ends its lines with CR alone/],
  ])('with %s is no hardware file', (_title, text, message) => expect(parseHardware(text).fileProblem?.message).toMatch(message));
  test('accepts columns in any order, and ignores unknown columns and blanks around optional values', () => {
    const { machines } = parseHardware(`id, bmc_ip,${HEADER}\n7,10.1.0.2,${ROW}\n`);
    expect(machines[0].cells).toMatchObject({ hostname: 'n', bmc_ip: '10.1.0.2', disk: '/dev/sda' });
    expect(machines[0].line).toBe(2);
  });
  test.each([
    ['type=cp', { type: 'cp' }],
    [' type = cp | a= ', { type: 'cp', a: '' }],
    ['', {}],
    ['type', undefined],
    ['a=b|', undefined],
    ['a=b=c', undefined],
  ])('reads the labels %j', (cell, expected) => {
    const machine = machineFromCells({ ...blank(), labels: cell });
    expect(machine.labelPairs ? machine.labels : undefined).toEqual(expected);
  });
  test('is written and read again without a change, to the byte', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '1', '.', ',', '"', ' ', '|', '=', '\n') });
    fc.assert(
      fc.property(
        fc.array(fc.record(Object.fromEntries(COLUMNS.map((column) => [column, cell]))), { minLength: 1, maxLength: 4 }),
        (machines) => {
          const written = formatHardware(machines as unknown as MachineCells[]);
          expect(formatHardware(parseHardware(written).machines.map(({ cells }) => cells))).toBe(written);
        },
      ),
    );
  });
});

function blank(): MachineCells {
  return Object.fromEntries(COLUMNS.map((column) => [column, ''])) as unknown as MachineCells;
}

describe('selection', () => {
  const machines = ['cp', 'cp', 'worker'].map((type, at) =>
    machineFromCells({ ...blank(), hostname: `n${at}`, labels: `type=${type}|rack=r${at}` }),
  );
  test('sums demands of one selector, whatever the order of its labels', () => {
    const uses = selectorUses(
      [
        { selector: { type: 'cp', a: 'b' }, count: 1, source: 'x', role: 'x' },
        { selector: { a: 'b', type: 'cp' }, count: 2, source: 'y', role: 'y' },
        { selector: { type: 'cp' }, count: 1, source: 'z', role: 'z' },
      ],
      machines,
    );
    expect(uses.map(({ wanted, matching }) => [wanted, matching.length])).toEqual([[3, 0], [1, 2]]);
  });
  test('counts the spare machines of each selector, and needs as many as the largest surge among its groups', () => {
    const demand = (type: string, count: number, maxSurge: number) => ({ selector: { type }, count, maxSurge, source: 'x', role: 'x' });
    expect(spareMachines([demand('cp', 1, 1), demand('worker', 1, 0), demand('worker', 2, 3), demand('worker', 1, 2)], machines)).toEqual([
      { selector: 'type=cp', spare: 1, needed: 1 },
      { selector: 'type=worker', spare: 0, needed: 3 },
    ]);
  });
  test.each([
    [{ key: 'rack', operator: 'In', values: ['r0', 'r2'] }, ['n0', 'n2']],
    [{ key: 'rack', operator: 'NotIn', values: ['r0'] }, ['n1', 'n2']],
    [{ key: 'rack', operator: 'Exists' }, ['n0', 'n1', 'n2']],
    [{ key: 'rack', operator: 'DoesNotExist' }, []],
  ])('evaluates %j', (expression, expected) => {
    expect(
      machines.filter((machine) => matchesSelector({ matchExpressions: [expression] }, machine)).map(({ cells }) => cells.hostname),
    ).toEqual(expected);
  });
});

test('placeholders are read back as what they refer to', () => {
  expect(parsePlaceholder(environmentPlaceholder('BMC'))).toEqual({ source: 'environment', variable: 'BMC' });
  expect(parsePlaceholder(secretPlaceholder('a/b', 'password'))).toEqual({ source: 'secretsmanager', secretName: 'a/b', key: 'password' });
  expect(parsePlaceholder('${env:}')).toBeUndefined();
  expect(parsePlaceholder('plain')).toBeUndefined();
});

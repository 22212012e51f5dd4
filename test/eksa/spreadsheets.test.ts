import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { check } from '../../src/eksa/check-text';
import { COLUMNS } from '../../src/eksa/hardware/columns';
import { formatHardware, parseHardware } from '../../src/eksa/hardware/hardware-csv';
import { readCsv } from '../../src/eksa/syntax/csv';
import { decodeText } from '../../src/eksa/syntax/encoding';
import { diff } from '../../src/eksa/update/diff-text';

const FOLDER = join(__dirname, 'spreadsheets');
const CLUSTER = readFileSync(join(__dirname, '..', '..', 'cli', 'eksa', 'samples', 'bare-metal.yaml'), 'utf8');
const MACHINES = readFileSync(join(__dirname, '..', '..', 'cli', 'eksa', 'samples', 'bare-metal.csv'), 'utf8');

function spreadsheet(name: string) {
  return decodeText(readFileSync(join(FOLDER, name)))!;
}

interface Spreadsheet {
  readonly name: string;
  /** `severity place:line`; absent where the tools read the file. */
  readonly place?: string;
  readonly says?: RegExp;
  readonly fix?: RegExp;
}

/** Two machines as spreadsheets save them. */
const SPREADSHEETS: readonly Spreadsheet[] = [
  {
    name: 'blanks-after-commas.csv', place: 'error hardware.csv:1',
    says: /^has blanks after its separators/,
    fix: /^remove the blanks$/,
  },
  { name: 'excel-crlf.csv' },
  {
    name: 'excel-csv-utf8.csv', place: 'error hardware.csv:1',
    says: /^starts with a byte order mark, which the tools read as part of the first column name$/,
    fix: /without byte order mark/,
  },
  { name: 'excel-date.csv', place: 'error hardware.csv/02-Mar.hostname:3', says: /'02-Mar'/, fix: /took it for a date/ },
  { name: 'excel-decimal-commas.csv', place: 'error hardware.csv/node-01.gateway:2', says: /'10,20,0,1'/, fix: /write '\.'/ },
  {
    name: 'excel-empty-rows.csv', place: 'error hardware.csv:4',
    says: /^has rows without any value \(lines 4 to 9\)/,
    fix: /^delete the rows$/,
  },
  {
    name: 'excel-formula-text.csv', place: 'error hardware.csv:2',
    says: /^has cells written as formulas, such as ="text"/,
    fix: /write the text alone/,
  },
  {
    name: 'excel-german-utf8.csv', place: 'error hardware.csv:1',
    says: /byte order mark.*; is separated by ';', the tools want ','$/,
    fix: /with commas between cells/,
  },
  {
    name: 'excel-german.csv', place: 'error hardware.csv:1',
    says: /^is separated by ';', the tools want ','$/,
    fix: /with commas between cells/,
  },
  { name: 'excel-mac-classic.csv', place: 'error hardware.csv:1', says: /^ends its lines with CR alone/, fix: /LF line ends/ },
  { name: 'excel-mac-without-colons.csv', place: 'error hardware.csv/node-02.mac:3', says: /six pairs joined by colons/ },
  { name: 'excel-number.csv', place: 'error hardware.csv/node-02.mac:3', says: /'5.2540E\+11'/, fix: /took it for a number/ },
  {
    name: 'excel-readable-header.csv', place: 'error hardware.csv:1',
    says: /^names columns 'Hostname', 'MAC', 'IP Address',/,
    fix: /^rename them to hostname, mac, ip_address,/,
  },
  { name: 'excel-sep-line.csv', place: 'error hardware.csv:2', says: /^has a row above the header/, fix: /above line 2/ },
  {
    name: 'excel-short-rows.csv', place: 'error hardware.csv:2',
    says: /^has 11 cells; the header has 12 columns \(also line 3\)$/,
    fix: /be it empty/,
  },
  { name: 'excel-sum-row.csv', place: 'error hardware.csv:4', says: /^has a row with hardly a value \(line 4\)/, fix: /no machine/ },
  { name: 'excel-title-row.csv', place: 'error hardware.csv:3', says: /^has 2 rows above the header/, fix: /above line 3/ },
  { name: 'excel-trailing-columns.csv' },
  {
    name: 'excel-unicode-text.txt', place: 'error hardware.csv:1',
    says: /^is UTF-16 text, the tools read UTF-8; is separated by tabs/,
    fix: /UTF-8/,
  },
  {
    name: 'excel-unquoted-comma.csv', place: 'error hardware.csv:3',
    says: /^has 13 cells; the header has 12 columns$/,
    fix: /quote cells that hold a comma/,
  },
  { name: 'excel-windows-1252.csv', place: 'warning hardware.csv:1', says: /^is not UTF-8 text/, fix: /save it as UTF-8/ },
  { name: 'libreoffice-all-quoted.csv' },
  {
    name: 'powershell-export-csv.csv', place: 'error hardware.csv:1',
    says: /^starts with a byte order mark/,
    fix: /without byte order mark/,
  },
  {
    name: 'sheets-apostrophe.csv', place: 'error hardware.csv/node-01.ip_address:2',
    says: /''10\.20\.0\.21'/,
    fix: /remove the apostrophe/,
  },
  {
    name: 'word-no-break-space.csv', place: 'error hardware.csv/node-02\u00a0.hostname:3',
    says: /expected a lower-case DNS name/,
    fix: /no-break space/,
  },
];

describe('a spreadsheet', () => {
  test('of every kind is in the table', () => {
    expect(SPREADSHEETS.map(({ name }) => name)).toEqual(readdirSync(FOLDER).sort());
  });

  test.each(SPREADSHEETS)('$name gives one finding, or none where it does no harm', ({ name, place, says = /^$/, fix = /^/ }) => {
    const findings = check(CLUSTER, spreadsheet(name));
    expect(findings.map(({ severity, path, line }) => `${severity} ${path}:${line}`)).toEqual(place === undefined ? [] : [place]);
    for (const finding of findings) {
      expect(finding.message).toMatch(says);
      expect(finding.fix ?? '').toMatch(fix);
    }
  });

  test('is judged otherwise as if it were written as the tools want it', () => {
    const text = spreadsheet('excel-german-utf8.csv').text.replace('10.20.0.22', '10.20.0.300').replace('type=worker', 'type=spare');
    expect(check(CLUSTER, text).map(({ path }) => path)).toEqual(['hardware.csv', 'hardware.csv', 'hardware.csv/node-02.ip_address']);
    expect(check(CLUSTER, text)[1].message).toContain('no machine labelled type=worker');
  });

  test('stops the CLI alone when a cluster is upgraded', () => {
    const { refusals, cliAccepts, webhookAccepts, unreadable } = diff(CLUSTER, CLUSTER, spreadsheet('excel-german.csv'));
    expect({ cliAccepts, webhookAccepts, unreadable }).toEqual({ cliAccepts: false, webhookAccepts: true, unreadable: undefined });
    expect(refusals.map(({ ruleId, paths, line }) => [ruleId, paths, line])).toEqual([['R-file', ['cli'], 1]]);
  });
});

describe('a header', () => {
  const named = (...names: string[]) => parseHardware(`${names.join(',')}\n${names.map(() => 'x').join(',')}\n`);
  const required = COLUMNS.slice(0, 8);

  test.each([
    ['vlan-id', 'vlan_id'],
    ['BMC_IP', 'bmc_ip'],
    ['bmc password', 'bmc_password'],
  ])('with %s is read without that column, with a warning', (name, column) => {
    const { fileProblem, fileProblems, machines } = named(...required, name);
    expect(fileProblem).toBeUndefined();
    expect(fileProblems?.map(({ severity, message }) => `${severity} ${message}`)).toEqual([
      `warning has a column '${name}', which the tools ignore; did you mean '${column}'?`,
    ]);
    expect(machines[0].cells[column as 'vlan_id']).toBe('');
  });

  test.each([
    ['ipaddress', 'ip_address'],
    ['host name', 'hostname'],
    ['nameserver', 'nameservers'],
    ['Disk', 'disk'],
  ])('with %s is read as if it said %s', (name, column) => {
    const { fileProblem, machines } = named(...required.map((each) => each === column ? name : each));
    expect(fileProblem?.message).toMatch(new RegExp(`^names columns '${name}' where the tools want ${column};`));
    expect(machines[0].cells[column as 'disk']).toBe('x');
  });

  test('that lacks a column says so once, and nothing of its rows', () => {
    const findings = check(CLUSTER, MACHINES.replace(',labels,', ',tags,'));
    expect(findings.map(({ path, message }) => `${path} ${message}`)).toEqual(['hardware.csv lacks the columns labels']);
  });

  test('that is not there is asked for', () => {
    expect(parseHardware(MACHINES.split('\n').slice(1).join('\n')).fileProblem?.message).toMatch(/^has no header: the first row must name/);
  });

  test('after a byte order mark is read by the tools where no column that they know comes first', () => {
    expect(parseHardware(`\ufeffid,${required.join(',')}\n1,${required.map(() => 'x').join(',')}\n`).fileProblems).toBeUndefined();
  });
});

test.each([null, undefined])('%s for hardware.csv is no file, an empty text an empty one', (none) => {
  expect(check(CLUSTER, none)).toEqual(check(CLUSTER));
  expect(diff(CLUSTER, CLUSTER, none)).toEqual(diff(CLUSTER, CLUSTER));
  expect(check(CLUSTER, '').map(({ path, message }) => `${path} ${message}`)).toEqual([
    'hardware.csv is empty; expected a header and one row a machine',
  ]);
});

/** Text that is a table by half. */
const cell = fc.oneof(fc.constantFrom(...COLUMNS, '', ' ', '10.0.0.1', 'type=cp', '/dev/sda', '"', '=1', '\u00a0', '\ufeff'), fc.string());
const table = fc.record({
  rows: fc.array(fc.array(cell, { maxLength: 14 }), { maxLength: 8 }),
  separator: fc.constantFrom(',', ';', '\t', '|'),
  end: fc.constantFrom('\n', '\r\n', '\r', ''),
  mark: fc.constantFrom('', '\ufeff'),
}).map(({ rows, separator, end, mark }) => mark + rows.map((row) => row.join(separator) + end).join(''));
const strange = fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', 'a', ';') });
const anyText = fc.oneof(table, fc.string({ unit: 'binary', maxLength: 300 }), strange);

test('any text is read without failing, and findings are about its lines', () => {
  fc.assert(fc.property(anyText, (text) => {
    const lines = text.split(/\r\n|\r|\n/).length;
    const { machines, fileProblems = [], fileProblem, isIncomplete } = parseHardware(text);
    for (const line of [...machines.map((machine) => machine.line), ...fileProblems.map((problem) => problem.line)]) {
      expect(line).toBeGreaterThanOrEqual(1);
      expect(line).toBeLessThanOrEqual(lines);
    }
    if (isIncomplete) expect(fileProblem).toBeDefined();
    for (const { message, fix, line } of check(CLUSTER, text)) {
      expect(`${message}${fix}`).not.toMatch(/undefined is|NaN|\[object/);
      expect(line ?? 1).toBeGreaterThanOrEqual(1);
    }
  }), { numRuns: 300 });
});

test('what the tools would read is found faultless, and read the same', () => {
  const plain = fc.string({ unit: fc.constantFrom('a', '1', '.', ',', '"', '|', '=', '-'), minLength: 1 });
  const machine = fc.record(Object.fromEntries(COLUMNS.map((column) => [column, plain])));
  fc.assert(fc.property(fc.array(machine, { minLength: 1 }), (machines) => {
    const text = formatHardware(machines as never);
    const read = parseHardware(text);
    expect(read.fileProblems).toBeUndefined();
    expect(read.machines.map(({ cells }) => cells)).toEqual(machines);
    expect(readCsv(text).problems).toEqual([]);
  }));
});

test('sixty thousand machines are read and judged one by one', () => {
  const [header, first] = MACHINES.split('\n');
  const row = (at: number) => {
    const part = (shift: number) => Math.floor(at / 2 ** shift) % 256;
    const address = `${part(16)}.${part(8)}.${part(0)}`;
    const mac = `52:54:00:${[part(16), part(8), part(0)].map((byte) => byte.toString(16).padStart(2, '0')).join(':')}`;
    const cells = first.split(',');
    cells.splice(0, 5, `n-${at}`, mac, `10.${address}`, '255.0.0.0', '10.255.255.1');
    return [...cells.slice(0, 6), at % 2 === 0 ? 'type=cp' : 'type=worker', '/dev/sda', `11.${address}`, ...cells.slice(9)].join(',');
  };
  const rows = Array.from({ length: 60_000 }, (_, index) => row(index + 256));
  rows[59_999] = rows[59_999].replace('/dev/sda', 'sda');
  const findings = check(CLUSTER, `${[header, ...rows].join('\n')}\n`);
  const errors = findings.filter(({ severity, ruleId }) => severity === 'error' && ruleId.startsWith('R'));
  expect(errors.map(({ path, line }) => `${path}:${line}`)).toEqual(['hardware.csv/n-60255.disk:60001']);
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../gateway/test/setup/temporary-folder.ts';
import { blocksOutside, ephemeralRange, freePorts } from './free-ports.ts';

const MODULE = join(import.meta.dirname, 'free-ports.ts');

/** Asks in a process of its own, which stays until its input ends. */
function portsOfAnotherProcess(count: number) {
  const script = `const { freePorts } = await import(${JSON.stringify(MODULE)});
    process.stdout.write(JSON.stringify(await freePorts(${count})), () => process.stdout.end());
    process.stdin.resume();`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  return { child, ports: text(child.stdout).then((output) => JSON.parse(output) as number[]) };
}

it('picks ports outside the range from which the kernel takes local ports of connections', async () => {
  const [first, last] = ephemeralRange();
  const ports = await freePorts(50);
  expect(new Set(ports).size).toBe(50);
  expect(ports.filter((port) => port >= first && port <= last)).toEqual([]);
});

it('never picks a port twice, so that a stopped node finds its port free', async () => {
  const ports = [...await freePorts(45), ...await freePorts(45)];
  expect(new Set(ports).size).toBe(90);
});

it('picks other ports than processes that run at the same time', async () => {
  const processes = Array.from({ length: 4 }, () => portsOfAnotherProcess(45));
  const ports = [await freePorts(45), ...await Promise.all(processes.map((one) => one.ports))].flat();
  await Promise.all(processes.map(({ child }) => {
    child.stdin.end();
    return once(child, 'exit');
  }));
  expect(ports).toHaveLength(5 * 45);
  expect(new Set(ports).size).toBe(5 * 45);
});

it('leaves out a port on which something listens', async () => {
  // The next one of its block, which a call would hand out next.
  const taken = (await freePorts(1))[0]! + 1;
  const server = createServer().listen(taken, '127.0.0.1');
  await once(server, 'listening');
  expect(await freePorts(19)).not.toContain(taken);
  server.close();
});

it.each<[string, readonly [number, number], number, number]>([
  ['below a usual range', [32_768, 60_999], 10_240, 29_980],
  ['below a range that begins early', [16_000, 65_535], 10_240, 15_980],
  ['above a range that ends early', [1_024, 20_000], 20_020, 29_980],
  ['anywhere, when the range leaves none', [1_024, 65_535], 10_240, 29_980],
])('takes blocks %s', (_, range, first, last) => {
  const blocks = blocksOutside(range);
  expect([blocks[0], blocks.at(-1)]).toEqual([first, last]);
});

it('knows the range where the system does not tell it', () => {
  const file = join(temporaryFolder('ports'), 'range');
  expect(ephemeralRange(file)).toEqual([32_768, 65_535]);
  writeFileSync(file, '1024\t4999\n');
  expect(ephemeralRange(file)).toEqual([1_024, 4_999]);
});

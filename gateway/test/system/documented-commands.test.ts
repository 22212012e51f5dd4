/** What pages tell their readers to type against a node works: each `curl` line of a page, in order, against a node of its own. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { readDeclarative } from '../../src/declarative/read.ts';
import { eventually } from '../fixtures/eventually.ts';
import { LocalTopology, statusOf } from './local-topology.ts';
import type { LocalNode } from './local-topology.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

const run = promisify(execFile);
const topology = new LocalTopology();
afterAll(() => topology.close());

/** Lines of the shell in a page that talk to the Admin API or the proxy of a node on the reader's machine. */
function curlLines(page: string): readonly string[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)]
    .flatMap(([, block = '']) => block.split('\n'))
    .filter((line) => /^curl .*localhost:800[01]/.test(line));
}

/** @returns the status that the line gets, with the reader's machine replaced by the node and the upstream by one of this suite */
async function statusOfLine(line: string, node: LocalNode, upstream: number): Promise<number> {
  const command = line
    .replace(/localhost:8001/g, node.admin.replace('http://', ''))
    .replace(/localhost:8000/g, node.proxy.replace('http://', ''))
    .replace(/http:\/\/example\.com|https:\/\/httpbin\.org/g, `http://127.0.0.1:${upstream}`)
    .replace(/^curl /, "curl -o /dev/null -w '\\n%{http_code}' ");
  const { stdout } = await run('sh', ['-c', command]);
  return Number(stdout.split('\n').at(-1));
}

async function start(page: string): Promise<LocalNode> {
  const node = page === 'docs/getting-started.md' ? await topology.controlPlane() : await topology.singleNode(page.replace(/\W/g, '-'));
  await eventually('the node is ready', async () => await statusOf(`${node.status}/status/ready`) === 200);
  return node;
}

describe.each([
  ['README.md', 3], ['docs/reference/admin-api.md', 4], ['docs/getting-started.md', 3], ['docs/history.md', 18],
])('%s', (page, least) => {
  it('shows requests that succeed in this order', async () => {
    const lines = curlLines(page);
    expect(lines.length).toBeGreaterThanOrEqual(least);
    const upstream = await topology.upstream((_request, response) => void response.end('ok'));
    const node = await start(page);
    for (const line of lines) {
      if (line.includes('localhost:8001')) {
        expect([line, await statusOfLine(line, node, upstream)]).toEqual([line, expect.toBeOneOf([200, 201])]);
      } else {
        // A route that was created reaches the proxy a moment later.
        await eventually(line, async () => (await statusOfLine(line, node, upstream)) === 200);
      }
    }
  });
});

it.each(['docs/reference/admin-api.md'])('%s shows declarative files that the gateway reads', (page) => {
  const files = [...readFileSync(join(ROOT, page), 'utf8').matchAll(/^```yaml\n(_format_version[\s\S]*?)^```$/gm)].map(([, file = '']) =>
    readDeclarative(file),
  );
  expect(files.length).toBeGreaterThan(0);
  for (const { errors } of files) expect(errors).toEqual([]);
});

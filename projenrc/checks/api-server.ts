/**
 * Puts every Kubernetes object of every example before a real kube-apiserver, as strictly as it can be asked. By hand:
 * the server takes minutes to build, so it is not part of `.ci/run`. `tsx projenrc/checks/api-server.ts --apiserver
 * PATH --etcd PATH --definitions FOLDER`
 */
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { emittedObjects } from './api-server/emitted-objects';
import type { EmittedObject, KubernetesObject } from './api-server/emitted-objects';
import { Judge } from './api-server/judge';
import type { Verdict } from './api-server/judge';
import { ApiServer } from './api-server/server';

const ROOT = join(__dirname, '..', '..');
const USAGE = 'tsx projenrc/checks/api-server.ts --apiserver PATH --etcd PATH --definitions FOLDER [--assemblies FOLDER]';

async function main() {
  const { values: { apiserver, etcd, definitions, assemblies } } = parseArgs({
    options: { apiserver: { type: 'string' }, etcd: { type: 'string' }, definitions: { type: 'string' }, assemblies: { type: 'string' } },
  });
  if (!apiserver || !etcd || !definitions) {
    throw new Error(
      `got no ${['apiserver', 'etcd', 'definitions'].find((_, at) => ![apiserver, etcd, definitions][at])}, expected: ${USAGE}`,
    );
  }
  const outputs = assemblies ?? mkdtempSync(join(tmpdir(), 'judged-'));
  try {
    if (!assemblies) synthesize(outputs);
    await judgeObjects(await ApiServer.start({ apiserver, etcd }), definitionsIn(definitions), emittedObjects(outputs));
  } finally {
    if (!assemblies) rmSync(outputs, { recursive: true, force: true });
  }
}

async function judgeObjects(server: ApiServer, definitions: readonly KubernetesObject[], objects: readonly EmittedObject[]) {
  try {
    const judge = new Judge(server);
    await judge.teach(definitions);
    report(objects.length, await judge.judge(objects));
  } finally {
    await server.stop();
  }
}

function synthesize(outputs: string) {
  const examples = readdirSync(join(ROOT, 'examples')).filter((name) => existsSync(join(ROOT, 'examples', name, 'app.ts'))).sort();
  const programs = [
    ...examples.map((name) => [name, join(ROOT, 'examples', name, 'app.ts')]),
    ['every-kind', join(__dirname, 'api-server', 'every-kind-program.ts')],
  ];
  const jobs = programs.map(([name, program]) => ({
    program,
    outdir: join(outputs, name),
    context: { 'aws:cdk:disable-asset-staging': true },
  }));
  execFileSync('tsx', ['--tsconfig', 'examples/tsconfig.json', 'test/setup/synthesize-programs.ts'], {
    cwd: ROOT, input: JSON.stringify(jobs), env: { ...process.env, CDK_VALIDATION: 'false' }, stdio: ['pipe', 'inherit', 'inherit'],
  });
}

function definitionsIn(folder: string): readonly KubernetesObject[] {
  return globSync('**/*.yaml', { cwd: folder })
    .sort()
    .flatMap((file) => parseAllDocuments(readFileSync(join(folder, file), 'utf8')).map((document) => document.toJS() as KubernetesObject))
    .filter((object) => object?.kind === 'CustomResourceDefinition');
}

function report(count: number, verdicts: readonly Verdict[]) {
  for (const {
    source,
    object: { kind, metadata },
    message,
  } of verdicts) {console.error(`${source}: ${kind} ${metadata.namespace ?? ''}/${metadata.name}: ${message}`);}
  console.log(`kube-apiserver: ${count} objects, ${verdicts.length} complaints`);
  if (verdicts.length > 0) process.exitCode = 1;
}

main().catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});

/**
 * What the compiled library loads: nothing at the start, and for one cluster no module of AWS services. Needs
 * `npx projen compile` before.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const LIBRARY = join(__dirname, '..', '..', 'lib');

const PROGRAM = `
  const library = require(process.argv[1]);
  const files = () => Object.keys(require.cache);
  const atStart = files();
  const { App } = require('aws-cdk-lib');
  const version = library.EksAnywhereKubernetesVersion.V1_35;
  new library.DockerCluster(new App(), 'Laptop', {
    eksAnywhereVersion: 'v0.27.0', kubernetesVersion: version, podsCidr: '192.168.0.0/16', servicesCidr: '10.96.0.0/12',
    controlPlaneNodes: { count: 1 }, workerNodes: [{ name: 'gateway', count: 1 }],
  }).node.root.synth();
  console.log(JSON.stringify({ atStart, after: files() }));
`;

/** Counted in 2026: 129, 29 of them releases of EKS Anywhere. A module that is loaded though nothing uses it brings a hundred others. */
const MAX_OURS = 150;

function main(): void {
  const output = execFileSync(process.execPath, ['-e', PROGRAM, join(LIBRARY, 'index.js')], {
    cwd: join(__dirname, '..', '..'),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, CDK_VALIDATION: 'false' },
  });
  const { atStart, after }: { readonly atStart: readonly string[]; readonly after: readonly string[] } =
    JSON.parse(output.trim().split('\n').at(-1)!);
  const ours = after.filter((file) => file.startsWith(LIBRARY));
  const services = after.filter((file) => /aws-cdk-lib\/aws-(?!\w+\/index\.js)/.test(file));
  const wrong = [
    ...atStart.length > 1 ? [`require('cdk-hybridge') loads ${atStart.length} modules, expected its index alone`] : [],
    ...ours.length > MAX_OURS ? [`one DockerCluster loads ${ours.length} modules of the library, expected ${MAX_OURS} at most`] : [],
    ...services.map((file) => `one DockerCluster loads ${file}, expected no service of AWS`),
  ];
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
  console.log(`require('cdk-hybridge') loads its index; one DockerCluster ${ours.length} modules of the library, ${after.length} in all`);
}

main();

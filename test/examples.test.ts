/**
 * Every example as a user would synthesize it, offline and without credentials. The reference topology is validated as
 * well, in strict mode and with the flags of a new project; `npx projen check:examples` does so with all examples,
 * which takes a minute.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { CURRENTLY_RECOMMENDED_FLAGS } from 'aws-cdk-lib/cx-api';
import { check } from '../src/eksa/check-text';

const ROOT = join(__dirname, '..');
const EXAMPLES = readdirSync(join(ROOT, 'examples')).filter((name) => existsSync(join(ROOT, 'examples', name, 'app.ts'))).sort();

/** Whether it has planes of the gateway, and not clusters only. */
function hasPlanes(example: string): boolean {
  return readFileSync(join(ROOT, 'examples', example, 'app.ts'), 'utf8').includes('GatewayControlPlane');
}

/** Planted where an example would be given real ones: none may come out anywhere. */
const PLANTED = {
  FACTORY_BMC_USER: 'planted-bmc-user',
  FACTORY_BMC_PASSWORD: 'planted-bmc-password',
  BMC_USERNAME: 'planted-user-of-bmc',
  BMC_PASSWORD: 'planted-password-of-bmc',
};

const CONTEXT = {
  'aws:cdk:disable-asset-staging': true, 'aws:cdk:disable-creation-stack-traces': true,
  '@aws-cdk/core:strictCfnValidateErrors': true,
};

/** The reference topology as part of a new project with all recommended feature flags, validated. */
const VALIDATED = 'validated';

/** Runs every program in one process and returns what was printed. */
function synthesizeAll(outputs: string): string {
  const programOf = (example: string) => join(ROOT, 'examples', example, 'app.ts');
  const jobs = [
    ...EXAMPLES.map((example) => ({ program: programOf(example), outdir: join(outputs, example), context: CONTEXT, isValidated: false })),
    {
      program: programOf('hybrid'),
      outdir: join(outputs, VALIDATED),
      context: { ...CONTEXT, ...CURRENTLY_RECOMMENDED_FLAGS },
      isValidated: true,
    },
  ];
  const { AWS_PROFILE, AWS_REGION, AWS_ACCESS_KEY_ID, ...env } = process.env;
  return execFileSync(
    process.execPath,
    [
      join(ROOT, 'node_modules', 'tsx', 'dist', 'cli.mjs'),
      '--tsconfig',
      'examples/tsconfig.json',
      join(__dirname, 'setup', 'synthesize-programs.ts'),
    ],
    {
      cwd: ROOT,
      encoding: 'utf8',
      input: JSON.stringify(jobs),
      env: {
        ...env,
        ...PLANTED,
        CDK_DEFAULT_ACCOUNT: '',
        CDK_DEFAULT_REGION: '',
        // Nothing may be asked on the network: a look-up would fail here.
        AWS_EC2_METADATA_DISABLED: 'true',
        https_proxy: 'http://127.0.0.1:9',
        http_proxy: 'http://127.0.0.1:9',
      },
    },
  );
}

function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : [path];
  });
}

/** How long Lambda lets the function behind a custom resource run, in seconds; it may be in another stack. */
function functionTimeout(token: any, template: any, templates: readonly any[]): number {
  const exported = token['Fn::ImportValue'];
  if (exported === undefined) return template.Resources[token['Fn::GetAtt'][0]].Properties.Timeout;
  const source = templates.find(({ Outputs = {} }) => Object.values<any>(Outputs).some(({ Export }) => Export?.Name === exported));
  const output = Object.values<any>(source.Outputs).find(({ Export }) => Export?.Name === exported) as any;
  return functionTimeout(output.Value, source, templates);
}

/** What follows from the content of bundles changes with every line of them. */
function masked(text: string): string {
  return text
    .replace(/[0-9a-f]{64}/g, '<hash>')
    .replace(/migrations-[0-9a-f]{10}/g, 'migrations-<hash>')
    .replace(/(config-[a-z0-9-]+)-[0-9a-f]{8}\b/g, '$1-<hash>')
    .replace(/("Rollout": \[\s+)"[0-9a-f]{16}"/g, '$1"<hash>"')
    .replace(/-----BEGIN CERTIFICATE-----[^"]*?-----END CERTIFICATE-----/g, '<certificate>');
}

const outputs = mkdtempSync(join(tmpdir(), 'examples-'));
let printed: string;
beforeAll(() => {
  printed = synthesizeAll(outputs);
}, 120_000);
afterAll(() => rmSync(outputs, { recursive: true, force: true }));

it('examples synthesize without a word', () => {
  expect(printed).toBe('');
});

it('the reference topology is validated, and nothing is found', () => {
  const { pluginReports } = JSON.parse(readFileSync(join(outputs, VALIDATED, 'validation-report.json'), 'utf8'));
  // The report is silent about what ran without finding anything; this example acknowledges something.
  expect(pluginReports.map(({ pluginName, conclusion, violations }: any) => [pluginName, conclusion, violations])).toContainEqual([
    'CloudFormation Validate',
    'success',
    [],
  ]);
  expect(pluginReports.flatMap(({ violations }: any) => violations)).toEqual([]);
});

describe.each(EXAMPLES)('examples/%s', (example) => {
  const folder = join(outputs, example);
  const stacks = () => readdirSync(folder).filter((file) => file.endsWith('.template.json')).sort();
  const produced = () => files(join(folder, 'hybridge')).sort();

  it('asks for no look-up', () => {
    const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
    expect(manifest.missing).toBeUndefined();
  });

  it('has stacks within the limits of CloudFormation: fewer than 200 resources and 200 KB each', () => {
    for (const file of stacks()) {
      const text = readFileSync(join(folder, file), 'utf8');
      expect(Object.keys(JSON.parse(text).Resources).length).toBeLessThan(200);
      expect(text.length).toBeLessThan(200_000);
    }
  });

  it('has no custom resource that CloudFormation waits an hour for, or less long than its function may run', () => {
    const templates = stacks().map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')));
    for (const template of templates) {
      for (const [id, { Type, Properties }] of Object.entries<any>(template.Resources)) {
        if (!/^(Custom::|AWS::CloudFormation::CustomResource$)/.test(Type)) continue;
        expect({ id, seconds: Properties.ServiceTimeout }).toEqual({ id, seconds: expect.stringMatching(/^\d+$/) });
        const seconds = Number(Properties.ServiceTimeout);
        expect(seconds).toBeGreaterThan(functionTimeout(Properties.ServiceToken, template, templates));
        expect(seconds).toBeLessThanOrEqual(Type.startsWith('Custom::Hybridge') ? 600 : 960);
      }
    }
  });

  it('has no role that a service could assume for another account, where the service says for which one it asks', () => {
    const services = /^(ssm|rolesanywhere|scheduler|pods\.eks|ecs-tasks|monitoring\.rds)\.amazonaws\.com$/;
    for (const { Resources } of stacks().map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')))) {
      for (const [id, { Type, Properties }] of Object.entries<any>(Resources)) {
        if (Type !== 'AWS::IAM::Role') continue;
        for (const { Principal, Condition } of Properties.AssumeRolePolicyDocument.Statement) {
          if (!services.test(Principal.Service ?? '')) continue;
          expect([id, JSON.stringify(Condition)]).toEqual([id, expect.stringMatching(/"aws:Source(Account|Arn)"/)]);
        }
      }
    }
  });

  it('has the templates of the snapshot', () => {
    for (const file of stacks()) expect(masked(readFileSync(join(folder, file), 'utf8'))).toMatchSnapshot(file);
  });

  it('has the files of the snapshot for sites and planes', () => {
    for (const file of produced()) expect(masked(readFileSync(file, 'utf8'))).toMatchSnapshot(relative(folder, file));
  });

  it('writes files of clusters that the checker accepts', () => {
    for (const file of produced().filter((path) => path.endsWith('cluster.yaml'))) {
      const hardware = join(dirname(file), 'hardware.csv');
      expect(check(readFileSync(file, 'utf8'), existsSync(hardware) ? readFileSync(hardware, 'utf8') : undefined)).toEqual([]);
    }
  });

  it('holds no secret in any file', () => {
    const texts = files(folder).filter((file) => !/[/\\]asset\./.test(file)).map((file) => readFileSync(file, 'utf8'));
    for (const text of texts) {
      for (const secret of Object.values(PLANTED)) expect(text).not.toContain(secret);
      expect(text).not.toMatch(/-----BEGIN [A-Z ]*PRIVATE KEY-----/);
      expect(text).not.toMatch(/AKIA[0-9A-Z]{16}|"SecretString"|bearer [a-z0-9._-]{20}/i);
    }
  });

  if (!hasPlanes(example)) return;

  it('lists in its topology exactly the files that it wrote', () => {
    const topology = JSON.parse(readFileSync(join(folder, 'hybridge', 'topology.json'), 'utf8'));
    const listed = [
      ...topology.planes.flatMap((plane: any) =>
        [...plane.manifests, ...(plane.helmFiles ?? [])].map((file: string) => `${plane.folder}/${file}`),
      ),
      ...topology.clusters.flatMap((cluster: any) => cluster.files.map((file: string) => `${cluster.folder}/${file}`)),
      ...(topology.handoffs ?? []).flatMap((handoff: any) => handoff.files.map((file: string) => `${handoff.folder}/${file}`)),
      'topology.json',
    ];
    expect(produced().map((file) => relative(join(folder, 'hybridge'), file))).toEqual(listed.sort());
  });

  it('names every plane, its place, its control plane and its role', () => {
    const { planes } = JSON.parse(readFileSync(join(folder, 'hybridge', 'topology.json'), 'utf8'));
    expect(planes.map(({ id, role, target, controlPlane }: any) => [id, role, target, controlPlane])).toMatchSnapshot();
    for (const { settings, role } of planes) expect(settings.KONG_ROLE).toBe(role);
  });
});

import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { EXIT_CODES } from '../../gateway/src/base/errors.ts';
import { temporaryFolder } from '../../gateway/test/setup/temporary-folder.ts';
import { runEksa, sample } from './testing.ts';

let folder: string;
let assembly: string;
let out: string;

beforeEach(() => {
  folder = temporaryFolder('eksa-render');
  assembly = join(folder, 'cdk.out', 'hybridge', 'Factory');
  out = join(folder, 'install');
  mkdirSync(assembly, { recursive: true });
  writeFileSync(join(folder, 'cdk.out', 'manifest.json'), '{}');
  copyFileSync(sample('bare-metal.yaml'), join(assembly, 'cluster.yaml'));
  copyFileSync(sample('bare-metal.csv'), join(assembly, 'hardware.csv'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** The permissions of a file, such as `600`. */
const mode = (path: string) => statSync(path).mode.toString(8).slice(-3);
const run = () => runEksa('render', '--assembly-folder', assembly, '--out', out);

describe('hybridge eksa render', () => {
  it('fills variables into files that only their owner reads, and prints no value', async () => {
    vi.stubEnv('BMC_USER', 'root');
    vi.stubEnv('BMC_PASSWORD', 'a "quoted", secret');
    const { code, output } = await run();
    expect(code).toBe(0);
    expect(output).toContain(
      `next: eksctl anywhere create cluster -f ${join(out, 'cluster.yaml')} --hardware-csv ${join(out, 'hardware.csv')}`,
    );
    expect(output).not.toContain('secret');
    const rows = readFileSync(join(out, 'hardware.csv'), 'utf8').split('\n');
    expect(rows[1]).toBe(
      'node-01,52:54:00:aa:00:01,10.20.0.21,255.255.255.0,10.20.0.1,10.20.0.2|1.1.1.1,type=cp,/dev/sda,10.20.1.21,root,"a '
        + '""quoted"", secret",',
    );
    expect(readFileSync(join(out, 'cluster.yaml'), 'utf8')).toBe(readFileSync(sample('bare-metal.yaml'), 'utf8'));
    for (const name of ['cluster.yaml', 'hardware.csv']) expect(mode(join(out, name))).toBe('600');
    expect(mode(out)).toBe('700');
    expect(readdirSync(out).sort()).toEqual(['cluster.yaml', 'hardware.csv']);
  });

  it('fills the settings of packages, too, and says how they are installed', async () => {
    vi.stubEnv('BMC_USER', 'root');
    vi.stubEnv('BMC_PASSWORD', 'x');
    vi.stubEnv('HARBOR_KEY', 'sixteen-letters-');
    writeFileSync(
      join(assembly, 'packages.yaml'),
      'kind: Package\nmetadata:\n  name: harbor\nspec:\n  config: |-\n    secretKey: ${env:HARBOR_KEY}\n',
    );
    expect((await run()).output).toContain(`then: eksctl anywhere apply packages -f ${join(out, 'packages.yaml')}`);
    expect(readFileSync(join(out, 'packages.yaml'), 'utf8')).toContain('secretKey: sixteen-letters-');
    expect(mode(join(out, 'packages.yaml'))).toBe('600');
  });

  describe('prints the commands that come next', () => {
    /** The lines behind the list of files, with the folders of the test left out. */
    async function commands(): Promise<string[]> {
      const { code, output } = await run();
      expect(code).toBe(0);
      return output.split('\n\n')[1]!.trim().replaceAll(`${out}/`, '').replaceAll(`${assembly}/`, 'assembly/').split('\n');
    }

    function changeCluster(from: string | RegExp, to: string): void {
      writeFileSync(join(assembly, 'cluster.yaml'), readFileSync(join(assembly, 'cluster.yaml'), 'utf8').replace(from, to));
    }

    const managed = () => changeCluster(/managementCluster:\n {4}name: lab/, 'managementCluster:\n    name: mgmt');
    const withPackages = () => {
      writeFileSync(join(assembly, 'packages.yaml'), 'kind: Package\nmetadata:\n  name: hello\n');
      writeFileSync(join(assembly, 'package-namespaces.yaml'), 'kind: Namespace\n');
    };
    const MANAGERS = '--kubeconfig mgmt/mgmt-eks-a-cluster.kubeconfig';

    beforeEach(() => {
      vi.stubEnv('BMC_USER', 'root');
      vi.stubEnv('BMC_PASSWORD', 'x');
    });

    it('for a cluster that manages itself', async () => {
      withPackages();
      expect(await commands()).toEqual([
        'next: eksctl anywhere create cluster -f cluster.yaml --hardware-csv hardware.csv',
        'then: kubectl apply -f assembly/package-namespaces.yaml --kubeconfig lab/lab-eks-a-cluster.kubeconfig',
        'then: eksctl anywhere apply packages -f packages.yaml --kubeconfig lab/lab-eks-a-cluster.kubeconfig',
        'after a change: eksctl anywhere upgrade cluster -f cluster.yaml --hardware-csv hardware.csv',
      ]);
    });

    it('for a workload cluster, with the kubeconfig of its management cluster', async () => {
      managed();
      withPackages();
      expect(await commands()).toEqual([
        `next: eksctl anywhere create cluster -f cluster.yaml --hardware-csv hardware.csv ${MANAGERS}`,
        `or: eksctl anywhere generate hardware -z hardware.csv | kubectl apply -f - ${MANAGERS} `
          + `&& kubectl apply -f cluster.yaml ${MANAGERS}`,
        'then: kubectl apply -f assembly/package-namespaces.yaml --kubeconfig lab/lab-eks-a-cluster.kubeconfig',
        `then: eksctl anywhere apply packages -f packages.yaml ${MANAGERS}`,
        `after a change: eksctl anywhere upgrade cluster -f cluster.yaml --hardware-csv hardware.csv ${MANAGERS}`,
        'kubeconfigs: relative to the folder where eksctl anywhere created mgmt',
      ]);
    });

    it('for a workload cluster of virtual machines', async () => {
      managed();
      rmSync(join(assembly, 'hardware.csv'));
      expect((await commands()).slice(0, 2)).toEqual([
        `next: eksctl anywhere create cluster -f cluster.yaml ${MANAGERS}`,
        `or: kubectl apply -f cluster.yaml ${MANAGERS}`,
      ]);
    });

    it('with objects that the API accepts for machines without management controllers', async () => {
      managed();
      const rows = readFileSync(sample('bare-metal.csv'), 'utf8').trim().split('\n').map((row) => row.split(',').slice(0, 8).join(','));
      writeFileSync(join(assembly, 'hardware.csv'), `${rows.join('\n')}\n`);
      expect((await commands())[1]).toBe(
        `or: hybridge eksa hardware hardware.csv | kubectl apply -f - ${MANAGERS} && kubectl apply -f cluster.yaml ${MANAGERS}`,
      );
    });

    it('with its feature flags, which the controllers of the API do not get that way', async () => {
      managed();
      changeCluster('    count: 1\n    endpoint', "    count: 1\n    apiServerExtraArgs: { v: '2' }\n    endpoint");
      const [create, ...rest] = await commands();
      expect(create).toContain('next: API_SERVER_EXTRA_ARGS_ENABLED=true eksctl anywhere create cluster');
      expect(rest.some((line) => line.startsWith('or:'))).toBe(false);
    });

    it('with paths that shells take as one word', async () => {
      out = join(folder, "John's files");
      expect((await run()).output).toContain(`-f '${folder}/John'\\''s files/cluster.yaml' --hardware-csv`);
    });

    it('for a cluster that can only be upgraded, because it encrypts etcd', async () => {
      managed();
      changeCluster(/^ {2}kubernetesVersion/m, '  etcdEncryption: []\n$&');
      const lines = await commands();
      expect(lines[0]).toBe(`next: eksctl anywhere upgrade cluster -f cluster.yaml --hardware-csv hardware.csv ${MANAGERS}`);
      expect(lines.filter((line) => line.includes('upgrade'))).toHaveLength(1);
    });
  });

  describe('with a licence token', () => {
    const jwt = 'eyJhbGciOiJFUzM4NCJ9.eyJlbmRWYWxpZGl0eSI6IngifQ.c2lnbmF0dXJl';

    beforeEach(() => {
      vi.stubEnv('BMC_USER', 'root');
      vi.stubEnv('BMC_PASSWORD', 'x');
      const text = readFileSync(sample('bare-metal.yaml'), 'utf8');
      writeFileSync(
        join(assembly, 'cluster.yaml'),
        text.replace(/^ {2}kubernetesVersion/m, '  licenseToken: ${env:LICENSE} # of this site\n$&'),
      );
    });

    it('fills it in and leaves the rest of cluster.yaml as it is', async () => {
      vi.stubEnv('LICENSE', jwt);
      const { code, output } = await run();
      expect(code).toBe(0);
      expect(output).not.toContain(jwt);
      const before = readFileSync(join(assembly, 'cluster.yaml'), 'utf8');
      expect(readFileSync(join(out, 'cluster.yaml'), 'utf8')).toBe(before.replace('${env:LICENSE}', `"${jwt}"`));
      expect(mode(join(out, 'cluster.yaml'))).toBe('600');
    });

    it('names it together with everything else that is missing', async () => {
      vi.stubEnv('BMC_PASSWORD', '');
      const { code, failure } = await run();
      expect(code).toBe(EXIT_CODES.configuration);
      expect(failure).toMatch(
        /3 values are missing: Cluster\.spec\.licenseToken needs the environment variable LICENSE, which is not set; machine 'node-01'/,
      );
      expect(existsSync(out)).toBe(false);
    });

    it.each(['not-a-token', `${jwt}\n`, '${env:OTHER}'])('refuses the value %j, which is none, without repeating it', async (value) => {
      vi.stubEnv('LICENSE', value);
      const { code, failure } = await run();
      expect(code).toBe(EXIT_CODES.configuration);
      expect(failure).toContain(
        'Cluster.spec.licenseToken needs a licence token: three parts joined by dots; what ${env:LICENSE} stands for is none',
      );
      expect(failure).not.toContain(value);
      expect(existsSync(out)).toBe(false);
    });
  });

  it('names the feature flags that the installation needs', async () => {
    vi.stubEnv('BMC_USER', 'root');
    vi.stubEnv('BMC_PASSWORD', 'x');
    const text = readFileSync(sample('bare-metal.yaml'), 'utf8');
    writeFileSync(
      join(assembly, 'cluster.yaml'),
      text.replace('    count: 1\n    endpoint', "    count: 1\n    apiServerExtraArgs: { v: '2' }\n    endpoint"),
    );
    expect((await run()).output).toContain('next: API_SERVER_EXTRA_ARGS_ENABLED=true eksctl anywhere create cluster');
  });

  it('knows the assembly of a cluster in a stage, which is one folder deeper', async () => {
    const deeper = join(folder, 'cdk.out', 'hybridge', 'Test', 'Factory');
    mkdirSync(deeper, { recursive: true });
    copyFileSync(sample('bare-metal.yaml'), join(deeper, 'cluster.yaml'));
    const args = (target: string) => ['render', '--assembly-folder', deeper, '--out', target];
    expect(await runEksa(...args(join(folder, 'cdk.out', 'filled')))).toMatchObject({
      code: EXIT_CODES.usage,
      failure: expect.stringContaining(`inside the cloud assembly ${join(folder, 'cdk.out')},`),
    });
    expect(await runEksa(...args(out))).toMatchObject({ code: 0 });
  });

  it('fills the files for the repository that Flux follows as well', async () => {
    vi.stubEnv('BMC_USER', 'root');
    vi.stubEnv('BMC_PASSWORD', 'x');
    vi.stubEnv('LICENSE', 'aa.bb.cc');
    const place = join('gitops', 'clusters', 'lab', 'lab', 'eksa-system');
    mkdirSync(join(assembly, place), { recursive: true });
    writeFileSync(join(assembly, place, 'eksa-cluster.yaml'), 'kind: Cluster\nspec:\n  licenseToken: ${env:LICENSE}\n');
    writeFileSync(join(assembly, place, 'hardware.yaml'), 'kind: Hardware\n');
    const { code, output } = await run();
    expect(code).toBe(0);
    expect(output).toContain(`for the repository that Flux follows: ${join(out, 'gitops')}`);
    expect(readFileSync(join(out, place, 'eksa-cluster.yaml'), 'utf8')).toBe('kind: Cluster\nspec:\n  licenseToken: "aa.bb.cc"\n');
    expect(readFileSync(join(out, place, 'hardware.yaml'), 'utf8')).toBe('kind: Hardware\n');
  });

  it('narrows the permissions of a file that was there before', async () => {
    vi.stubEnv('BMC_USER', 'root');
    vi.stubEnv('BMC_PASSWORD', 'x');
    mkdirSync(out);
    writeFileSync(join(out, 'hardware.csv'), 'old', { mode: 0o644 });
    expect((await run()).code).toBe(0);
    expect(mode(join(out, 'hardware.csv'))).toBe('600');
  });

  it('writes nothing where a variable is missing, and names machine, cell and variable', async () => {
    vi.stubEnv('BMC_USER', 'root');
    vi.stubEnv('BMC_PASSWORD', '');
    const { code, failure } = await run();
    expect(code).toBe(EXIT_CODES.configuration);
    expect(failure).toContain("machine 'node-01': bmc_password needs the environment variable BMC_PASSWORD, which is empty");
    expect(failure).toContain("machine 'node-02': bmc_password");
    expect(existsSync(out)).toBe(false);
  });

  it('refuses a placeholder that it cannot read', async () => {
    writeFileSync(
      join(assembly, 'hardware.csv'),
      readFileSync(sample('bare-metal.csv'), 'utf8').replaceAll('${env:BMC_USER}', '${vault:x}'),
    );
    expect((await run()).failure).toContain("'${vault:x}' is neither ${env:NAME} nor ${secretsmanager:name#key}");
  });

  it('refuses to write secrets into the cloud assembly', async () => {
    out = join(assembly, 'filled');
    expect(await run()).toMatchObject({ code: EXIT_CODES.usage, failure: expect.stringContaining('is inside the cloud assembly') });
    expect(existsSync(out)).toBe(false);
  });

  it('copies the one file of a cluster without machines', async () => {
    rmSync(join(assembly, 'hardware.csv'));
    expect((await run()).code).toBe(0);
    expect(readdirSync(out)).toEqual(['cluster.yaml']);
  });

  it.each([
    [['--out', 'x'], '--assembly-folder is missing'],
    [['--assembly-folder', 'x'], '--out is missing'],
  ])('wants both folders: %j', async (args, failure) => {
    expect(await runEksa('render', ...args)).toMatchObject({ code: EXIT_CODES.usage, failure: expect.stringContaining(failure) });
  });

  it('says when the assembly has no such cluster', async () => {
    rmSync(join(assembly, 'cluster.yaml'));
    expect(await run()).toMatchObject({ code: EXIT_CODES.io, failure: expect.stringContaining(join(assembly, 'cluster.yaml')) });
  });
});

describe('hybridge eksa render with Secrets Manager', () => {
  const secrets: Record<string, string> = { 'factory/bmc': JSON.stringify({ username: 'root', password: 'from-the-vault' }) };
  const asked: string[] = [];
  const server = createServer((request, response) => void answer(request, response));

  /** The wire format of GetSecretValue (AWS JSON 1.1). */
  async function answer(request: IncomingMessage, response: ServerResponse) {
    const { SecretId } = JSON.parse(Buffer.concat(await request.toArray()).toString()) as { SecretId: string };
    asked.push(SecretId);
    const SecretString = secrets[SecretId];
    response.writeHead(SecretString ? 200 : 400, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(
      JSON.stringify(SecretString ? { Name: SecretId, SecretString } : { __type: 'ResourceNotFoundException', Message: 'no such secret' }),
    );
  }

  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => server.close());
  beforeEach(() => {
    asked.length = 0;
    vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    vi.stubEnv('AWS_REGION', 'eu-central-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  });

  function refersTo(secret: string, key: string) {
    const text = readFileSync(sample('bare-metal.csv'), 'utf8');
    writeFileSync(
      join(assembly, 'hardware.csv'),
      text
        .replaceAll('${env:BMC_USER}', `\${secretsmanager:${secret}#username}`)
        .replaceAll('${env:BMC_PASSWORD}', `\${secretsmanager:${secret}#${key}}`),
    );
  }

  it('reads each secret once', async () => {
    refersTo('factory/bmc', 'password');
    expect((await run()).code).toBe(0);
    expect(readFileSync(join(out, 'hardware.csv'), 'utf8').match(/root,from-the-vault/g)).toHaveLength(2);
    expect(asked).toEqual(['factory/bmc']);
  });

  it('names a secret that is not there', async () => {
    refersTo('factory/other', 'password');
    expect(await run()).toMatchObject({
      code: EXIT_CODES.configuration,
      failure: expect.stringContaining(
        "machine 'node-01': bmc_password needs the secret 'factory/other', which Secrets Manager does not know",
      ),
    });
  });

  it('names a key that the secret lacks, without its contents', async () => {
    refersTo('factory/bmc', 'pin');
    const { failure } = await run();
    expect(failure).toContain("needs the key 'pin' of the secret 'factory/bmc'");
    expect(failure).not.toContain('from-the-vault');
  });
});

/** `hybridge eksa publish-keys`: the public keys of a cluster's service accounts, put where AWS looks for them. */
import { writeFileSync } from 'node:fs';
import { messageOf } from '../../gateway/src/base/errors.ts';
import { KEYS_FILE, issuerBucket } from '../../src/eksa/issuer/discovery';
import type { ClusterDocument } from '../../src/eksa/model/document';
import { parseClusterFile } from '../../src/eksa/yaml/parse';
import { CommandFailure } from '../command.ts';
import type { Command } from '../command.ts';
import { parseArguments } from './arguments.ts';
import { readText } from './files.ts';
import { jsonWebKeySet } from './json-web-keys.ts';
import { runTool } from './site-tools.ts';

/** Where Cluster API keeps the keys, on the management cluster. */
const KEY_NAMESPACE = 'eksa-system';

export const publishKeys: Command = {
  name: 'publish-keys',
  summary: 'publish the keys of service accounts, so that AWS trusts their tokens',
  usage: [
    'Usage: hybridge eksa publish-keys cluster.yaml [--kubeconfig FILE] [--key FILE] [--out FILE]',
    '',
    'Once the cluster exists: reads the public key of its service accounts by kubectl from the Secret',
    'eksa-system/<cluster>-sa of the management cluster, and puts it as keys.json beside the discovery',
    'document of the issuer that cluster.yaml names (spec.podIamConfig.serviceAccountIssuer), by the AWS',
    'CLI with its region and credentials. Private keys are neither read nor published. Running it again',
    'does no harm.',
    '',
    '  --kubeconfig FILE  of the management cluster; default: as kubectl decides',
    '  --key FILE         reads the public key (PEM) from a file; kubectl is not needed then',
    '  --out FILE         writes keys.json to a file and publishes nothing: for issuers that are no',
    '                     bucket of S3',
  ].join('\n'),
  async run(args) {
    const {
      options,
      files: [file],
    } = parseArguments(
      'publish-keys',
      args,
      { kubeconfig: { type: 'string' }, key: { type: 'string' }, out: { type: 'string' } },
      { min: 1, max: 1, names: 'cluster.yaml' },
    );
    const { name, issuer } = clusterOf(file!);
    const bucket = issuerBucket(issuer);
    if (!bucket && options.out === undefined) {
      throw new CommandFailure(
        `the issuer ${issuer} is no bucket of S3: write the keys with --out keys.json, and put them to ${issuer}/${KEYS_FILE} yourself`,
        'configuration',
      );
    }
    const { pem, source } =
      options.key === undefined ? await keyOfCluster(name, options.kubeconfig) : { pem: readText(options.key), source: options.key };
    const text = `${JSON.stringify(jsonWebKeySet(pem, source), null, 2)}\n`;
    if (options.out !== undefined) write(options.out, text);
    else {
      await runTool(
        'aws',
        ['s3', 'cp', '-', `s3://${bucket!.bucketName}/${KEYS_FILE}`, '--region', bucket!.region, '--content-type', 'application/json'],
        text,
      );
    }
    process.stdout.write(
      options.out === undefined
        ? `published ${issuer}/${KEYS_FILE} for the cluster ${name}\n`
        : `${options.out}: keys of the cluster ${name}, for ${issuer}/${KEYS_FILE}\n`,
    );
    return 0;
  },
};

function clusterOf(file: string): { name: string; issuer: string } {
  const { documents } = parseClusterFile(readText(file));
  const cluster = documents.map(({ content }) => content as unknown as ClusterDocument).find(({ kind }) => kind === 'Cluster');
  const name = cluster?.metadata?.name;
  if (typeof name !== 'string') throw new CommandFailure(`${file} holds no Cluster with a name`, 'configuration');
  const issuer = cluster?.spec?.podIamConfig?.serviceAccountIssuer;
  if (typeof issuer !== 'string') {
    throw new CommandFailure(
      `${file}: the cluster ${name} has no spec.podIamConfig.serviceAccountIssuer, so its tokens are good inside the `
        + 'cluster only: set serviceAccountIssuer first',
      'configuration',
    );
  }
  return { name, issuer };
}

async function keyOfCluster(name: string, kubeconfig: string | undefined): Promise<{ pem: string; source: string }> {
  const secret = `${name}-sa`;
  const where = kubeconfig === undefined ? [] : ['--kubeconfig', kubeconfig];
  const encoded = await runTool('kubectl', [
    'get',
    'secret',
    secret,
    '--namespace',
    KEY_NAMESPACE,
    ...where,
    '--output',
    'jsonpath={.data.tls\\.crt}',
  ]);
  return { pem: Buffer.from(encoded, 'base64').toString('utf8'), source: `the Secret ${KEY_NAMESPACE}/${secret}` };
}

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new CommandFailure(`cannot write ${path}: ${messageOf(error)}`, 'io', { cause: error });
  }
}

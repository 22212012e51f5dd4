import { Stack } from 'aws-cdk-lib';
import { Yaml } from 'cdk8s';
import { DRAIN_SECONDS, PATHS, PORTS, RUN_AS } from '../../../private/contract';
import type { SecretFile, SecretMount } from '../../../private/secrets/mount';
import type { PulledFile } from '../handoff/index-document';
import type { PlaneDescription } from '../plane/plane';
import { envFile } from './env-file';

/** Ports of the machine that consumers use. */
export interface ComposePorts {
  readonly http: number;
  readonly https: number;
}

interface ComposePlane {
  readonly plane: PlaneDescription;
  readonly ports: ComposePorts;
  /** Names of settings that `fetch.sh` fetches; the others are in the files. */
  readonly fetched?: readonly string[];
  /** The command that has to be run before Compose starts anything. */
  readonly firstStep: string;
}

/** What `fetch.sh` is made of. */
interface FetchedParts {
  readonly plane: PlaneDescription;
  /** Settings known only after deployment → SSM parameter that holds the value. */
  readonly deployed: ReadonlyMap<string, string>;
  /** Region of parameters and secrets; the AWS CLI's own where it is not known. */
  readonly region?: string;
}

const SETTINGS_FILE = 'plane.env';
const DEPLOYED_FILE = 'deployed.env';
const SECRETS_FOLDER = 'secrets';

/** What a machine with Docker needs to run the plane, except what is brought to it: file name → text. */
export function composeFiles(given: ComposePlane): Readonly<Record<string, string>> {
  const { plane, fetched = [] } = given;
  const known = Object.fromEntries(Object.entries(plane.settings).filter(([name]) => !fetched.includes(name)));
  return { 'compose.yaml': Yaml.stringify(composeDocument(given)), [SETTINGS_FILE]: envFile(known) };
}

/** The files of secrets that `compose.yaml` mounts, and which properties of which secrets they hold. */
export function secretFiles({ secrets }: PlaneDescription): readonly PulledFile[] {
  return secrets.flatMap((mount) => mount.files.map((file) => ({
    path: filePath(mount, file), secretName: mount.secretName, region: Stack.of(mount.secret).region, property: file.property,
  })));
}

function composeDocument({ plane, ports, fetched, firstStep }: ComposePlane) {
  const files = plane.secrets.flatMap((mount) => mount.files.map((file) => ({ mount, file, source: sourceName(mount, file) })));
  return {
    name: plane.name,
    services: {
      gateway: {
        image: plane.image,
        platform: 'linux/amd64',
        user: `\${HYBRIDGE_USER:?run "${firstStep}" first}`,
        // Raw: everything else would have $, # and quotes mean something.
        env_file: [SETTINGS_FILE, ...fetched ? [DEPLOYED_FILE] : []].map((path) => ({ path, format: 'raw' })),
        ports: [`${ports.http}:${PORTS.proxy}`, `${ports.https}:${PORTS.proxyTls}`, `127.0.0.1:${PORTS.status}:${PORTS.status}`],
        volumes: [`./state:${PATHS.prefix}`],
        secrets: files.map(({ mount, file, source }) => ({ source, target: `${mount.path}/${file.file}` })),
        tmpfs: ['/tmp:size=64m'],
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
        mem_limit: '1g',
        cpus: 2,
        pids_limit: 512,
        restart: 'unless-stopped',
        stop_grace_period: `${DRAIN_SECONDS + 30}s`,
        logging: { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '5' } },
      },
    },
    secrets: Object.fromEntries(files.map(({ mount, file, source }) => [source, { file: `./${filePath(mount, file)}` }])),
  };
}

/** Brings values and secrets to the machine. Its last act lets Compose start: half of them is none. */
export function fetchScript({ plane, deployed, region }: FetchedParts): string {
  const where = region ? ` --region '${region}'` : '';
  const folders = plane.secrets.map(({ name }) => `${SECRETS_FOLDER}/${name}`);
  return `#!/bin/sh
# Fetches the values and secrets of the gateway plane ${plane.name} from AWS into this folder, for this user only.
# Needs Docker with Compose 2.30 or later, and the AWS CLI with credentials that may read them. Then: docker compose up --detach
set -eu
umask 077
cd "$(dirname "$0")"
rm -f .env
mkdir -p state ${folders.join(' ')}

# One property of a secret. The image is the only reader of JSON that is certain to be there.
property() {
  aws secretsmanager get-secret-value${where} --secret-id "$1" --query SecretString --output text |
    docker run --rm --interactive --network none --entrypoint node '${plane.image}' \\
      -e 'process.stdout.write(JSON.parse(require("fs").readFileSync(0, "utf8"))[process.argv[1]])' "$2"
}

: > ${DEPLOYED_FILE}
${[...deployed]
  .map(
    ([name, parameter]) => `value=$(aws ssm get-parameter${where} --name '${parameter}' --query Parameter.Value --output text)
printf '${name}=%s\\n' "$value" >> ${DEPLOYED_FILE}
`,
  )
  .join('')}${plane.secrets
  .flatMap((mount) =>
    mount.files.map(
      (file) => `property '${mount.secretName}' '${file.property}' > ${filePath(mount, file)}
`,
    ),
  )
  .join('')}
# The gateway runs as the owner of the files, but never as root.
user="$(id -u):$(id -g)"
if [ "$(id -u)" = 0 ]; then
  user=${RUN_AS.user}:${RUN_AS.group}
  chown -R "$user" state ${SECRETS_FOLDER}
fi
printf 'HYBRIDGE_USER=%s\\n' "$user" > .env
`;
}

function sourceName(mount: SecretMount, { file }: SecretFile): string {
  return `${mount.name}-${file.replace(/\W/g, '-')}`;
}

function filePath(mount: SecretMount, { file }: SecretFile): string {
  return `${SECRETS_FOLDER}/${mount.name}/${file}`;
}

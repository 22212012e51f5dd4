import { Stack } from 'aws-cdk-lib';
import { Yaml } from 'cdk8s';
import { DRAIN_SECONDS, PATHS, PORTS } from '../../../private/contract';
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

const SETTINGS_FILE = 'plane.env';
export const DEPLOYED_FILE = 'deployed.env';
export const SECRETS_FOLDER = 'secrets';

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
  return {
    name: plane.name,
    services: {
      gateway: {
        image: plane.image,
        platform: 'linux/amd64',
        // The image that is there: a machine comes back without its registry.
        pull_policy: 'missing',
        user: `\${HYBRIDGE_USER:?run "${firstStep}" first}`,
        // Raw: everything else would have $, # and quotes mean something.
        env_file: [SETTINGS_FILE, ...fetched ? [DEPLOYED_FILE] : []].map((path) => ({ path, format: 'raw' })),
        ports: [
          `${ports.http}:${PORTS.proxy}`, `${ports.https}:${PORTS.proxyTls}`, `127.0.0.1:${PORTS.status}:${PORTS.status}`,
          ...(plane.streams ?? []).map(({ port, transport }) => `${port}:${port}/${transport.toLowerCase()}`),
        ],
        volumes: [
          `./state:${PATHS.prefix}`,
          // Folders, not files: a file that takes the place of another is seen in a folder.
          ...plane.secrets.map(({ name, path }) => ({
            type: 'bind', source: `./${SECRETS_FOLDER}/${name}`, target: path, read_only: true, bind: { create_host_path: false },
          })),
        ],
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
  };
}

export function filePath(mount: SecretMount, { file }: SecretFile): string {
  return `${SECRETS_FOLDER}/${mount.name}/${file}`;
}

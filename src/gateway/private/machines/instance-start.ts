import { basename, dirname } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { DRAIN_SECONDS, FALLBACK_OBJECT, PATHS, PORTS, RUN_AS, STATUS_PATHS } from '../../../private/contract';
import { FALLBACK_FOLDER, objectKey } from '../fallback/fallback-access';
import type { FallbackObject } from '../fallback/fallback-access';
import type { PlaneDescription } from '../plane/plane';
import { envFile } from './env-file';
import { KEPT_SECRETS, secretsProgram } from './instance-secrets';

/** /run is memory: nothing below it outlives the machine, and systemd removes it when the unit stops. For the registry's password. */
const MEMORY = '/run/hybridge';

const SETTINGS_FILE = '/etc/hybridge/plane.env';
const SECRETS_SCRIPT = '/usr/local/sbin/hybridge-secrets';
const FALLBACK_SCRIPT = '/usr/local/sbin/hybridge-fallback';
const IMAGE_SCRIPT = '/usr/local/sbin/hybridge-image';
const TIMER = '/etc/systemd/system/hybridge-secrets.timer';
const OWNER = `${RUN_AS.user}:${RUN_AS.group}`;
const OWNED = `-o ${RUN_AS.user} -g ${RUN_AS.group}`;

/** A file that is written when a machine starts for the first time. */
interface StartFile {
  readonly path: string;
  /** As for chmod. */
  readonly mode: string;
  readonly text: string;
}

/** What a first start waits for. */
interface StartBounds {
  /** How long the node may take for its secrets, its image and its first configuration. */
  readonly readySeconds: number;
  readonly region: string;
  /** ARNs of the target groups that the instance is in. */
  readonly targetGroups: readonly string[];
}

/** How long a Network Load Balancer may take before it sends to a new instance that is ready: three minutes are usual. */
export const BALANCED_SECONDS = 420;

/**
 * What a machine runs when it starts for the first time: Docker from the repositories of Amazon Linux, the files, the
 * unit. It ends when the node is ready and the load balancer sends to it, or fails when the time is over: the exit code
 * is what CloudFormation hears, which then ends an old instance.
 */
export function startCommands(files: readonly StartFile[], { readySeconds, region, targetGroups }: StartBounds): readonly string[] {
  return [
    'set -euo pipefail',
    'dnf install --assumeyes docker',
    `install -d -m 0755 ${dirname(SETTINGS_FILE)}`,
    // Quoted, so that the shell leaves the text alone.
    ...files.map(({ path, mode, text }) => `cat > ${path} <<'HYBRIDGE_FILE_ENDS'\n${text}HYBRIDGE_FILE_ENDS\nchmod ${mode} ${path}`),
    'systemctl daemon-reload',
    'systemctl enable --now docker.service',
    'systemctl enable hybridge.service',
    // Without waiting: systemd tries again when AWS throttles, or knows the new role not everywhere yet.
    'systemctl start --no-block hybridge.service',
    `systemctl enable --now ${basename(TIMER)}`,
    `timeout ${readySeconds} bash -c 'until curl --fail --silent --output /dev/null http://127.0.0.1:${PORTS.status}${STATUS_PATHS.ready}; do sleep 2; done'`,
    ...balancedCommands(region, targetGroups),
  ];
}

function balancedCommands(region: string, targetGroups: readonly string[]): readonly string[] {
  const metadata = 'http://169.254.169.254/latest';
  return [
    `token="$(curl --fail --silent --request PUT --header 'X-aws-ec2-metadata-token-ttl-seconds: 60' ${metadata}/api/token)"`,
    `instance="$(curl --fail --silent --header "X-aws-ec2-metadata-token: $token" ${metadata}/meta-data/instance-id)"`,
    ...targetGroups.map((arn) =>
      `timeout ${BALANCED_SECONDS} aws elbv2 wait target-in-service --region '${region}' --target-group-arn '${arn}' `
      + '--targets "Id=$instance"'),
  ];
}

/** @param logGroup name of the CloudWatch log group */
export function startFiles(
  scope: Construct, plane: PlaneDescription, logGroup: string, fallback?: FallbackObject,
): readonly StartFile[] {
  const { region } = Stack.of(scope);
  return [
    { path: SETTINGS_FILE, mode: '0644', text: envFile(plane.settings) },
    { path: SECRETS_SCRIPT, mode: '0755', text: secretsProgram(plane.secrets) },
    { path: IMAGE_SCRIPT, mode: '0755', text: imageScript(plane.image, region) },
    ...fallback ? [{ path: FALLBACK_SCRIPT, mode: '0755', text: fallbackScript(fallback) }] : [],
    { path: '/etc/systemd/system/hybridge.service', mode: '0644', text: unit(plane, logGroup, region, fallback !== undefined) },
    ...rereadFiles(),
  ];
}

/** Every hour, spread over some minutes: a fleet does not ask at one moment. The node reads changed files by itself. */
function rereadFiles(): readonly StartFile[] {
  const service = lines(
    '[Unit]', 'Description=Secrets of the gateway, read again', 'Requisite=hybridge.service', 'After=hybridge.service', '',
    '[Service]', 'Type=oneshot', `ExecStart=${SECRETS_SCRIPT} reread`,
  );
  const timer = lines(
    '[Unit]', 'Description=Secrets of the gateway, read again every hour', '',
    '[Timer]', 'OnActiveSec=1h', 'OnUnitActiveSec=1h', 'RandomizedDelaySec=10m', '',
    '[Install]', 'WantedBy=timers.target',
  );
  return [{ path: TIMER.replace('.timer', '.service'), mode: '0644', text: service }, { path: TIMER, mode: '0644', text: timer }];
}

/** Starts from the image that is there, if it is: a machine comes back without its registry. */
function imageScript(image: string, region: string): string {
  return lines(
    '#!/bin/bash',
    'set -euo pipefail',
    `image='${image}'`,
    'docker image inspect "$image" > /dev/null 2>&1 && exit 0',
    // The password of the registry stays in memory, too.
    `export DOCKER_CONFIG=${MEMORY}/docker`,
    `aws ecr get-login-password --region '${region}' | docker login --username AWS --password-stdin "\${image%%/*}"`,
    'docker pull --quiet "$image"',
  );
}

/** The container cannot ask for the role of the machine, so the machine fetches the object for it. What was fetched before stays. */
function fallbackScript(fallback: FallbackObject): string {
  const file = `${FALLBACK_FOLDER}/${FALLBACK_OBJECT}`;
  return lines(
    '#!/bin/bash',
    'set -euo pipefail',
    `install -d -m 0700 ${OWNED} ${FALLBACK_FOLDER} ${dirname(file)}`,
    `timeout 60 aws s3api get-object --region '${Stack.of(fallback.owner).region}' --bucket '${fallback.bucketName}' \\`,
    `  --key '${objectKey(fallback)}' '${file}.new' > /dev/null`,
    `chown ${OWNER} '${file}.new'`,
    `mv '${file}.new' '${file}'`,
  );
}

function unit(plane: PlaneDescription, logGroup: string, region: string, hasFallback: boolean): string {
  return lines(
    '[Unit]',
    `Description=Gateway plane ${plane.name}`,
    'Requires=docker.service',
    'Wants=network-online.target',
    'After=docker.service network-online.target',
    'StartLimitIntervalSec=0',
    '',
    '[Service]',
    'RuntimeDirectory=hybridge',
    'RuntimeDirectoryMode=0700',
    `StateDirectory=${basename(KEPT_SECRETS)}`,
    'StateDirectoryMode=0700',
    `ExecStartPre=${SECRETS_SCRIPT} start`,
    `ExecStartPre=${IMAGE_SCRIPT}`,
    `ExecStartPre=/usr/bin/install -d -m 0700 ${OWNED} ${PATHS.prefix}`,
    // Without it a node starts from its disk, or from its control plane.
    ...hasFallback ? [`ExecStartPre=-${FALLBACK_SCRIPT}`] : [],
    'ExecStartPre=-/usr/bin/docker rm --force gateway',
    `ExecStart=/usr/bin/docker run ${[...containerOptions(plane), ...logOptions(logGroup, region), plane.image].join(' \\\n  ')}`,
    `ExecStop=/usr/bin/docker stop --time ${DRAIN_SECONDS + 30} gateway`,
    'TimeoutStartSec=300',
    `TimeoutStopSec=${DRAIN_SECONDS + 45}`,
    'Restart=always',
    'RestartSec=5',
    '',
    '[Install]',
    'WantedBy=multi-user.target',
  );
}

/** Not the host's network: behind Docker's bridge the machine's role is one hop too far, so that nothing that is proxied can ask for it. */
function containerOptions(plane: PlaneDescription): readonly string[] {
  return [
    '--rm',
    '--name gateway',
    '--hostname %H',
    '--pull never',
    '--read-only',
    '--cap-drop ALL',
    '--security-opt no-new-privileges',
    `--user ${OWNER}`,
    '--pids-limit 512',
    '--ulimit nofile=65536:65536',
    '--tmpfs /tmp:size=64m',
    `--volume ${PATHS.prefix}:${PATHS.prefix}`,
    ...plane.secrets.map(({ name, path }) => `--volume ${KEPT_SECRETS}/${name}:${path}:ro`),
    ...[PORTS.proxy, PORTS.proxyTls, PORTS.status].map((port) => `--publish ${port}:${port}`),
    ...(plane.streams ?? []).map(({ port, transport }) => `--publish ${port}:${port}/${transport.toLowerCase()}`),
    `--env-file ${SETTINGS_FILE}`,
  ];
}

/** A log that is slow to take lines must not hold up requests. */
function logOptions(logGroup: string, region: string): readonly string[] {
  return [
    '--log-driver awslogs',
    `--log-opt awslogs-region=${region}`,
    `--log-opt awslogs-group=${logGroup}`,
    '--log-opt mode=non-blocking',
  ];
}

function lines(...all: readonly string[]): string {
  return `${all.join('\n')}\n`;
}

import { Stack } from 'aws-cdk-lib';
import { RUN_AS } from '../../../private/contract';
import type { SecretMount } from '../../../private/secrets/mount';
import type { PlaneDescription } from '../plane/plane';
import { DEPLOYED_FILE, SECRETS_FOLDER, filePath } from './compose-files';

/** What `fetch.sh` is made of. */
interface FetchedParts {
  readonly plane: PlaneDescription;
  /** Settings known only after deployment → SSM parameter that holds the value. */
  readonly deployed: ReadonlyMap<string, string>;
  /** Region of the parameters; the AWS CLI's own where it is not known. */
  readonly region?: string;
}

const STAGED = '.fetched';

/**
 * Brings values and secrets to the machine, all of them or none: what an earlier run brought stays until everything is
 * there, and Compose starts only when `.env` is, which comes last.
 */
export function fetchScript({ plane, deployed, region }: FetchedParts): string {
  const folders = plane.secrets.map(({ name }) => `${SECRETS_FOLDER}/${name}`);
  const paths = [DEPLOYED_FILE, ...plane.secrets.flatMap((mount) => mount.files.map((file) => filePath(mount, file)))];
  return `#!/bin/sh
# Fetches the values and secrets of the gateway plane ${plane.name} from AWS into this folder, for this user only.
# Needs Docker with Compose 2.30 or later, and the AWS CLI with credentials that may read them. Then: docker compose up --detach
# When AWS does not answer, or refuses, what is here stays as it is, and Compose starts with it.
set -eu
umask 077
cd "$(dirname "$0")"
export AWS_RETRY_MODE=standard AWS_MAX_ATTEMPTS=2

ended() {
  code=$?
  rm -rf ${STAGED}
  [ "$code" = 0 ] && return
  if [ -f .env ]; then
    echo 'fetch.sh: nothing was changed: "docker compose up --detach" starts with the values and secrets of the last time' >&2
  else
    echo 'fetch.sh: values and secrets are missing, and Compose cannot start without them' >&2
  fi
}
trap ended EXIT
rm -rf ${STAGED}
mkdir -p state ${[...folders, ...folders.map((folder) => `${STAGED}/${folder}`)].join(' ') || STAGED}

asked() {
  aws "$@" --cli-connect-timeout 5 --cli-read-timeout 10
}

# The value of a parameter in the line of a setting.
setting() {
  value=$(asked ssm get-parameter${inRegion(region)} --name "$2" --query Parameter.Value --output text)
  [ -n "$value" ] || { echo "fetch.sh: the parameter $2 is empty" >&2; exit 1; }
  printf '%s=%s\\n' "$1" "$value" >> ${STAGED}/${DEPLOYED_FILE}
}

# One field of the secret in $answer, or all of it. The image is the only reader of JSON that is certain to be there.
property() {
  printf '%s' "$answer" | docker run --rm --interactive --network none --entrypoint node '${plane.image}' -e '
    const text = JSON.parse(require("fs").readFileSync(0, "utf8"));
    const [field] = process.argv.slice(1);
    let value = text;
    try { if (field) value = JSON.parse(text)[field]; } catch { value = undefined; }
    if (typeof value === "string" && value !== "") process.stdout.write(value);
    else {
      console.error("fetch.sh: the secret has no text" + (field ? " in a field " + field : ""));
      process.exit(1);
    }
  ' "$1"
}

: > ${STAGED}/${DEPLOYED_FILE}
${[...deployed].map(([name, parameter]) => `setting ${name} '${parameter}'\n`).join('')}${plane.secrets.map(secretCommands).join('')}
# The gateway runs as the owner of the files, but never as root.
user="$(id -u):$(id -g)"
if [ "$(id -u)" = 0 ]; then
  user=${RUN_AS.user}:${RUN_AS.group}
  chown -R "$user" state ${SECRETS_FOLDER} ${STAGED}
fi
${paths.map((path) => `mv -f ${STAGED}/${path} ${path}\n`).join('')}printf 'HYBRIDGE_USER=%s\\n' "$user" > ${STAGED}/.env
mv -f ${STAGED}/.env .env
`;
}

/** One request a secret: certificate and key are of the same moment. */
function secretCommands(mount: SecretMount): string {
  const { region } = Stack.of(mount.secret);
  const where = /^[a-z0-9-]+$/.test(region) ? region : undefined;
  const request = `asked secretsmanager get-secret-value${inRegion(where)} --secret-id '${mount.secretName}'`;
  return `answer=$(${request} --query SecretString --output json)
${mount.files.map((file) => `property '${file.property}' > ${STAGED}/${filePath(mount, file)}\n`).join('')}`;
}

function inRegion(region: string | undefined): string {
  return region ? ` --region '${region}'` : '';
}

/** The program that brings secrets to an EC2 instance and keeps the last ones there (docs/decisions/0020-last-known-secrets.md). */
import { Stack } from 'aws-cdk-lib';
import { RUN_AS } from '../../../private/contract';
import type { SecretMount } from '../../../private/secrets/mount';

/** On the encrypted volume. A folder a secret; the ones above belong to root alone. */
export const KEPT_SECRETS = '/var/lib/hybridge-secrets';

/** One secret as the program reads it: folder, region, name, file → field. */
type SecretEntry = readonly [string, string, string, Readonly<Record<string, string>>];

function entryOf({ name, secret, secretName, files }: SecretMount): SecretEntry {
  return [name, Stack.of(secret).region, secretName, Object.fromEntries(files.map(({ file, property }) => [file, property]))];
}

/**
 * `start` fails when a secret is neither fetched nor kept; `reread` changes what the running node reads. Python and the
 * AWS CLI are parts of Amazon Linux.
 */
export function secretsProgram(mounts: readonly SecretMount[]): string {
  return `#!/usr/bin/python3
# hybridge-secrets start|reread [folder]
import json, os, re, subprocess, sys, time

SECRETS = [
${mounts.map((mount) => `  ${JSON.stringify(entryOf(mount))},\n`).join('')}]
START = sys.argv[1:2] != ['reread']
FOLDER = sys.argv[2] if len(sys.argv) > 2 else '${KEPT_SECRETS}'
# Decisions of an operator, and no outage.
REFUSALS = ('AccessDeniedException', 'ResourceNotFoundException', 'InvalidRequestException', 'DecryptionFailure')
DEADLINE = time.monotonic() + 100
ENVIRONMENT = {**os.environ, 'AWS_MAX_ATTEMPTS': '2', 'AWS_RETRY_MODE': 'standard'}
away = set()

class Refused(Exception): pass
class Unusable(Exception): pass
class Away(Unusable): pass

def say(level, text):
  print(f'<{level}>{text}', file=sys.stderr)

def stamp(mount, kind):
  return f'{FOLDER}/{mount}.{kind}'

def kept(mount, files):
  paths = [f'{FOLDER}/{mount}/{file}' for file in files]
  return all(os.path.isfile(path) and os.path.getsize(path) > 0 for path in paths)

def fetch(region, name):
  left = min(25, DEADLINE - time.monotonic())
  if left < 1: raise Away('there was no time left to ask')
  command = ['aws', 'secretsmanager', 'get-secret-value', '--region', region, '--secret-id', name, '--query', 'SecretString',
    '--output', 'json', '--cli-connect-timeout', '5', '--cli-read-timeout', '10']
  try:
    done = subprocess.run(command, env=ENVIRONMENT, stdin=subprocess.DEVNULL, capture_output=True, timeout=left)
  except subprocess.TimeoutExpired:
    raise Away('no answer in time')
  except OSError as error:
    raise Away(f'cannot run the AWS CLI: {error.strerror}')
  if done.returncode != 0:
    text = done.stderr.decode(errors='replace').strip()
    code = re.search(r'An error occurred \\((\\w+)\\)', text)
    raise (Refused if code and code[1] in REFUSALS else Away)(text[-300:] or f'the AWS CLI ended with {done.returncode}')
  return done.stdout

def parsed(text, what):
  try:
    return json.loads(text)
  except ValueError:
    raise Unusable(f'{what} is no JSON') from None

def values(answer, files):
  text = parsed(answer, 'the answer')
  if not isinstance(text, str) or text == '': raise Unusable('the secret has no text')
  found = {}
  for file, field in files.items():
    document = parsed(text, 'the secret') if field else None
    value = (document.get(field) if isinstance(document, dict) else None) if field else text
    if not isinstance(value, str) or value == '': raise Unusable(f'the secret has no text in a field {field}')
    found[file] = value.encode()
  return found

# All files are there before the first takes its place: certificate and key change together.
def keep(mount, found):
  folder = f'{FOLDER}/{mount}'
  os.makedirs(folder, mode=0o700, exist_ok=True)
  os.chown(folder, ${RUN_AS.user}, ${RUN_AS.group})
  staged = []
  for file, value in found.items():
    path = f'{folder}/{file}'
    if os.path.isfile(path) and open(path, 'rb').read() == value: continue
    with open(os.open(f'{folder}/.{file}', os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 'wb') as out:
      out.write(value)
      os.fchown(out.fileno(), ${RUN_AS.user}, ${RUN_AS.group})
      os.fsync(out.fileno())
    staged.append((f'{folder}/.{file}', path))
  for source, path in staged: os.replace(source, path)
  open(stamp(mount, 'fetched'), 'w').close()
  if os.path.exists(stamp(mount, 'refused')): os.remove(stamp(mount, 'refused'))

def forget(mount, files):
  for file in files:
    for path in (f'{FOLDER}/{mount}/{file}', f'{FOLDER}/{mount}/.{file}'):
      if os.path.exists(path): os.remove(path)

# Whether a node may run with what is there.
def bring(mount, region, name, files):
  try:
    if region in away and kept(mount, files): raise Away('the region has just failed to answer')
    found = values(fetch(region, name), files)
    try:
      keep(mount, found)
    except OSError as error:
      raise Unusable(f'cannot write it: {error.strerror}')
    return True
  except Refused as reason:
    open(stamp(mount, 'refused'), 'w').close()
    if START: forget(mount, files)
    say(3, f'AWS refuses the secret {name}, which no start uses any more: {reason}')
    return False
  except Unusable as reason:
    if isinstance(reason, Away): away.add(region)
    if os.path.exists(stamp(mount, 'refused')) or not kept(mount, files):
      say(3, f'cannot fetch the secret {name}, and none is kept: {reason}')
      return False
    since = stamp(mount, 'fetched')
    age = f'{(time.time() - os.path.getmtime(since)) / 3600:.1f} hours ago' if os.path.exists(since) else 'some time ago'
    say(4, f'stale: the secret {name} is the one that was fetched {age}: {reason}')
    return True

os.umask(0o077)
os.makedirs(FOLDER, mode=0o700, exist_ok=True)
sys.exit(0 if all([bring(*secret) for secret in SECRETS]) else 1)
`;
}

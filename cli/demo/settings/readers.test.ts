/** What planes run on writes settings in forms of its own: each of them, its particularities and its flaws. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../gateway/test/setup/temporary-folder.ts';
import { settingsInComposeFolder, settingsWrittenBy } from './compose-folder.ts';
import { settingsInEnvFile } from './env-file.ts';
import { settingsInTaskDefinition } from './task-definition.ts';
import { resourcesOf, templateText } from './templates.ts';
import { filesWrittenBy, settingsInUserData } from './user-data.ts';

const root = temporaryFolder('readers');
/** A folder with these files; what is no text is written as JSON. */
function folderWith(files: Readonly<Record<string, unknown>>): string {
  const folder = mkdtempSync(join(root, 'x-'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return folder;
}

const template = (Type: string, Properties: object) => ({ Resources: { It: { Type, Properties } } });

describe('an env file', () => {
  it('is read as Docker reads it: to the end of the line, nothing quoted, # at the beginning only', () => {
    expect(settingsInEnvFile('# who\nKONG_ROLE=data_plane\n\nKONG_PROXY_LISTEN="0.0.0.0:8000" # $x = y\nKONG_EMPTY=\n')).toEqual([
      { name: 'KONG_ROLE', value: 'data_plane' },
      { name: 'KONG_PROXY_LISTEN', value: '"0.0.0.0:8000" # $x = y' },
      { name: 'KONG_EMPTY', value: '' },
    ]);
  });
});

describe('a value of a template', () => {
  it.each([
    ['a text', 'a text'],
    [8005, '8005'],
    [{ 'Fn::Join': ['', ['http://', { 'Fn::GetAtt': ['Host', 'Value'] }, ':8005']] }, 'http://<deployed: Host.Value>:8005'],
    [{ 'Fn::Base64': { 'Fn::Sub': 'in ${AWS::Region}, not ${!HOME}' } }, 'in <deployed: AWS::Region>, not ${!HOME}'],
    [{ Ref: 'Secret' }, '<deployed: Secret>'],
    [{ 'Fn::ImportValue': 'Cloud:Export' }, '<deployed: Cloud:Export>'],
    [{ 'Fn::Select': [0, ['a']] }, '<deployed: Fn::Select>'],
  ])('%j is shown as %s', (value, text) => {
    expect(templateText(value)).toBe(text);
  });
});

describe('the resources of an assembly', () => {
  it('are those of every stack, stages included, assets left out', () => {
    const one = template('AWS::X', { Name: 'one' });
    const folder = folderWith({
      'A.template.json': one,
      'assembly-Stage/B.template.json': one,
      'asset.12/C.template.json': one,
      'D.assets.json': one,
      'E.template.json': {},
    });
    expect(resourcesOf(folder, 'AWS::X').map(({ template: file }) => file)).toEqual(['A.template.json', 'B.template.json']);
    expect(resourcesOf(folder, 'AWS::Y')).toEqual([]);
  });
});

describe('a task definition', () => {
  const container = (plane: string, role?: string) => ({
    Environment: role ? [{ Name: 'KONG_ROLE', Value: role }] : [{ Name: 'OTHER', Value: 'x' }],
    LogConfiguration: { Options: { 'awslogs-stream-prefix': plane } },
  });
  const assembly = folderWith({
    'Cloud.template.json': template('AWS::ECS::TaskDefinition', {
      ContainerDefinitions: [container('edge'), { Name: 'sidecar' }, container('edge', 'data_plane')],
    }),
  });

  it('gives the settings of the container that has a role, whatever is beside it', () => {
    expect(settingsInTaskDefinition(assembly, 'edge')).toEqual({
      settings: [{ name: 'KONG_ROLE', value: 'data_plane' }],
      readFrom: 'Cloud.template.json: task definition It',
    });
  });

  it('of another plane is not taken', () => {
    expect(() => settingsInTaskDefinition(assembly, 'shop')).toThrow('has a container that logs as shop');
  });
});

describe('user data', () => {
  const file = (path: string, text: string) => `cat > ${path} <<'END'\n${text}END\n`;
  const unit = (start: string) => `[Unit]\nDescription=Gateway plane edge\n[Service]\nExecStart=${start}\n`;
  const assemblyOf = (script: unknown) =>
    folderWith({
      'Cloud.template.json': template('AWS::EC2::LaunchTemplate', { LaunchTemplateData: { UserData: { 'Fn::Base64': script } } }),
    });
  const service = unit('/usr/bin/docker run --rm \\\n  --env-file /etc/plane.env \\\n  image');
  const script = `set -e\n${file('/etc/plane.env', 'KONG_ROLE=data_plane\n')}${file('/etc/edge.service', service)}`;

  it('writes files by here-documents', () => {
    expect([...filesWrittenBy(`echo a\n${file('/a', 'one\ntwo\n')}chmod 0644 /a\n${file('/b', '')}`)]).toEqual([
      ['/a', 'one\ntwo\n'],
      ['/b', ''],
    ]);
  });

  it('gives the settings of the env file that the unit of the plane names', () => {
    expect(settingsInUserData(assemblyOf(script), 'edge').settings).toEqual([{ name: 'KONG_ROLE', value: 'data_plane' }]);
    expect(settingsInUserData(assemblyOf({ 'Fn::Join': ['', [script.slice(0, 40), script.slice(40)]] }), 'edge').settings).toEqual([
      { name: 'KONG_ROLE', value: 'data_plane' },
    ]);
  });

  it('of another plane is not taken', () => {
    expect(() => settingsInUserData(assemblyOf(script), 'shop')).toThrow('starts a unit with "Description=Gateway plane shop"');
  });

  it.each([
    ['without an env file', '/usr/bin/docker run image', '/etc/edge.service runs its container with no env file'],
    [
      'with an env file that nothing writes',
      '/usr/bin/docker run --env-file /etc/other.env image',
      '/etc/edge.service runs its container with /etc/other.env, which the instance never writes',
    ],
  ])('that starts a container %s is refused', (_, start, message) => {
    expect(() => settingsInUserData(assemblyOf(file('/etc/edge.service', unit(start))), 'edge')).toThrow(message);
  });
});

describe('a folder for Docker Compose', () => {
  const compose =
    'services:\n  gateway:\n    env_file:\n      - path: plane.env\n        format: raw\n      - path: deployed.env\n        format: raw\n';
  const fetch = ": > .fetched/deployed.env\nsetting KONG_X '/a/b'\n";
  const files = (given: Readonly<Record<string, string>>) => {
    const folder = folderWith(given);
    return Object.keys(given).map((name) => join(folder, name));
  };

  it('gives the settings of its env files and those that the script brings', () => {
    expect(settingsInComposeFolder(files({ 'compose.yaml': compose, 'plane.env': 'KONG_ROLE=data_plane\n', 'fetch.sh': fetch })).settings)
      .toEqual([{ name: 'KONG_ROLE', value: 'data_plane' }, { name: 'KONG_X', from: 'parameter /a/b' }]);
  });

  it('knows an env file that the script leaves empty', () => {
    expect([...settingsWrittenBy(': > .fetched/deployed.env\n')]).toEqual([['deployed.env', []]]);
  });

  it.each([
    [
      'lacks an env file',
      { 'compose.yaml': compose, 'plane.env': 'KONG_ROLE=data_plane\n', 'fetch.sh': '' },
      'names the env file deployed.env, which is not there and which fetch.sh does not write',
    ],
    ['is of something else', { 'compose.yaml': compose, 'plane.env': 'A=b\n', 'fetch.sh': fetch }, 'gets KONG_ROLE by an env file'],
    ['has no compose file', { 'plane.env': 'KONG_ROLE=data_plane\n' }, 'compose.yaml is not among plane.env'],
  ])('that %s is refused', (_, given, message) => {
    expect(() => settingsInComposeFolder(files(given))).toThrow(message);
  });
});

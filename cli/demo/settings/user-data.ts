/**
 * Reads the settings of a plane out of what an EC2 instance runs when it starts: files that a script writes, one of
 * them the systemd unit that runs the container.
 */
import { CommandFailure } from '../../command.ts';
import { settingsInEnvFile } from './env-file.ts';
import type { PlaneSettings } from './plane-setting.ts';
import { resourcesOf, templateText } from './templates.ts';

/**
 * @param plane its unit is described as `Gateway plane <plane>`
 * @throws CommandFailure when no launch template of the assembly has such a unit, or its unit has no env file
 */
export function settingsInUserData(assembly: string, plane: string): PlaneSettings {
  for (const { id, template, properties } of resourcesOf(assembly, 'AWS::EC2::LaunchTemplate')) {
    const { UserData } = properties.LaunchTemplateData as { readonly UserData?: unknown } ?? {};
    if (UserData === undefined) continue;
    const files = filesWrittenBy(templateText(UserData));
    const unit = [...files].find(
      ([path, text]) => path.endsWith('.service') && text.split('\n').includes(`Description=Gateway plane ${plane}`),
    );
    if (unit) return { settings: settingsOfUnit(unit, files), readFrom: `${template}: user data of ${id}` };
  }
  throw new CommandFailure(
    `no AWS::EC2::LaunchTemplate in the templates of ${assembly} starts a unit with "Description=Gateway plane `
      + `${plane}": was all of the app synthesized into this folder?`,
    'configuration',
  );
}

/** Files of a shell script that are written with a quoted here-document, which the shell leaves as it is: path → text. */
export function filesWrittenBy(script: string): ReadonlyMap<string, string> {
  const documents = script.matchAll(/^cat > (\S+) <<'(\w+)'\n([\s\S]*?)^\2$/gm);
  return new Map([...documents].map(([, path, , text]) => [path!, text!]));
}

function settingsOfUnit([unitPath, unit]: readonly [string, string], files: ReadonlyMap<string, string>): PlaneSettings['settings'] {
  // A backslash at the end of a line goes on with the next one.
  const start = unit.replace(/\\\n\s*/g, '').split('\n').find((line) => line.startsWith('ExecStart='));
  const envFiles = [...(start ?? '').matchAll(/ --env-file[= ](\S+)/g)].map(([, path]) => path!);
  const missing = envFiles.filter((path) => !files.has(path));
  if (envFiles.length === 0 || missing.length > 0) {
    throw new CommandFailure(
      `${unitPath} runs its container with ${missing.join(', ') || 'no env file'}, which the instance never writes: `
        + 'expected --env-file with a file of the user data',
      'configuration',
    );
  }
  return envFiles.flatMap((path) => settingsInEnvFile(files.get(path)!));
}

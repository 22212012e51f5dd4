/** The generated C# sources, compiled where .NET is installed and its registry can be reached. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isInstalled, run, skipped } from './language';

/** @param sources what jsii-pacmak has generated for .NET */
export function dotnet(sources: string): void {
  if (!isInstalled('dotnet', '--version')) return skipped('the .NET package', 'dotnet is not installed here');
  const [project] = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.csproj'));
  try {
    run('dotnet', ['restore', join(sources, project!)]);
  } catch (error) {
    if (/NU1101|NU1102|NU1301/.test((error as Error).message)) {
      return skipped('the .NET package', 'the NuGet registry does not have all of its requirements');
    }
    throw error;
  }
  run('dotnet', ['build', '--no-restore', join(sources, project!)]);
  process.stdout.write('.NET: the package compiles\n');
}

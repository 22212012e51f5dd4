import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Stage, attachCustomSynthesis } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { claimName } from './input/claims';
import { atPlace } from './input/place';

/** Folder below the cloud assembly (`cdk.out`) that holds everything which is not CloudFormation. */
const OUTPUT_FOLDER = 'hybridge';

/** A file's path relative to its folder → its text. */
export type OutputFiles = Readonly<Record<string, string>>;

/**
 * Writes files below `cdk.out/hybridge/<folder>/` whenever the app is synthesized, so that a person can read them beside the templates.
 *
 * @param scope the construct that the files belong to; stages are flattened into the app's one folder
 * @param render called once per synthesis, after validation
 * @throws Error at synthesis when another construct writes one of the files
 */
export function writeFilesAtSynthesis(scope: Construct, folder: string, render: () => OutputFiles): void {
  attachCustomSynthesis(scope, {
    onSynthesize: (session) => {
      const assembly = Stage.isStage(scope.node.root) ? scope.node.root.outdir : session.outdir;
      for (const [path, text] of Object.entries(render())) {
        const file = join(assembly, OUTPUT_FOLDER, folder, path);
        claimFile(scope, join(folder, path));
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, text);
      }
    },
  });
}

/** Some file systems know no difference between capital and small letters. */
function claimFile(scope: Construct, path: string) {
  atPlace(scope, () => claimName(scope, { property: 'id', what: 'file', name: path.toLowerCase(), among: `cdk.out/${OUTPUT_FOLDER}` }));
}

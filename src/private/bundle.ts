import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** `lib/bundle/` is as far from `src/private/` (tests) as from `lib/private/` (the shipped package). */
const BUNDLE = join(__dirname, '..', '..', 'lib', 'bundle');

/** Build context of the packaged image. */
export function imageContext(): string {
  return existing(join(BUNDLE, 'image'));
}

/** Code asset of one Lambda function, named after its file in gateway/src/main/lambda/. */
export function lambdaCode(name: string): string {
  return existing(join(BUNDLE, 'lambda', name));
}

/** The gateway's reader of declarative files, `readDeclarative`. */
export function declarativeReader(): unknown {
  // Loaded where it is used: an app without declarative files never pays for it.
  return createRequire(__filename)(existing(join(BUNDLE, 'declarative.cjs'))).readDeclarative;
}

/** What the gateway's `judgeGivenSetting` says of a setting. */
export interface SettingJudgement {
  /** No setting has the name; `nearest` was probably meant. */
  readonly isUnknown?: true;
  readonly nearest?: string;
  /** Why a node would not start, and what a node would log: sentences that begin with the setting's name. */
  readonly problem?: string;
  readonly warning?: string;
}

/** The gateway's own judgement of one setting, by its table of settings. */
export function settingJudge(): (name: string, text: string | undefined) => SettingJudgement {
  return createRequire(__filename)(existing(join(BUNDLE, 'settings.cjs'))).judgeGivenSetting;
}

/** Names of the plugins that data planes of the packaged gateway run: the bundler writes them from the gateway's own list. */
export function packagedPlugins(): ReadonlySet<string> {
  return new Set(JSON.parse(readFileSync(existing(join(BUNDLE, 'plugins.json')), 'utf8')) as string[]);
}

function existing(folder: string): string {
  if (existsSync(folder)) return folder;
  throw new Error(
    `the bundle ${folder} does not exist: run "npx projen gateway:bundle" in a clone of cdk-hybridge, or reinstall the package`,
  );
}

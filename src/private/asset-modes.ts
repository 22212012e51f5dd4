/** Modes of files that CDK hands over to AWS: readable, whatever the umask of the builder, of npm or of the one who synthesizes. */
import { chmodSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { AssetStaging } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

const PERMISSIONS = 0o777;
const FOLDER = 0o755;
const FILE = 0o644;

/**
 * Lets everyone read the staged files of all assets below the scope. The zip file of an asset keeps the modes that its
 * files have in `cdk.out`, and Lambda runs code as another user than their owner: under a umask of 077 it could not read them.
 */
export function makeAssetsReadable(scope: IConstruct): void {
  for (const each of scope.node.findAll()) {
    if (each instanceof AssetStaging) makeReadable(each.absoluteStagedPath);
  }
}

function makeReadable(path: string): void {
  // Without staging, the files of BucketDeployment are gone when they have been hashed.
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (!stat || stat.isSymbolicLink()) return;
  const present = stat.mode & PERMISSIONS;
  // What can be run stays so.
  const wanted = stat.isDirectory() ? FOLDER : present & 0o100 ? FOLDER : FILE;
  // Only what lacks a permission: without staging these are the files of the installed package, which may belong to another user.
  if ((present & wanted) !== wanted) chmodSync(path, present | wanted);
  if (stat.isDirectory()) readdirSync(path).forEach((name) => makeReadable(join(path, name)));
}

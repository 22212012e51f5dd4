/** Tells a person who runs the program directly, without the CDK CLI, where its files are, or why there are none. */
import { realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname } from 'node:path';
import { App } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

const CHOICE = 'run "npx cdk synth", or set CDK_OUTDIR=cdk.out';

/** Watches the synthesis of one app. Silent with an output folder that the user chose, and in tests of programs. */
export class SynthesisNotice {
  private isSynthesized = false;

  constructor(private readonly root: IConstruct) {
    if (!App.isApp(root) || isSilent()) return;
    // After CDK's own listener, which synthesizes apps that do it by themselves: that one is registered when the app is made.
    process.once('beforeExit', () => {
      if (!this.isSynthesized) tell(`the program ended without a synthesis, so it wrote no files: ${CHOICE}, or call app.synth()`);
    });
  }

  /** The app is being synthesized. */
  public synthesized(): void {
    const { root } = this;
    if (this.isSynthesized) return;
    this.isSynthesized = true;
    if (!App.isApp(root) || isSilent() || !isTemporary(root.outdir)) return;
    tell(`no output folder was chosen, so the files are in ${root.outdir}, `
      + `which CDK may remove when the program ends: ${CHOICE}, to keep them`);
  }
}

function isSilent(): boolean {
  return process.env.CDK_OUTDIR !== undefined || process.env.NODE_ENV === 'test';
}

/** CDK makes such a folder when neither CDK_OUTDIR nor `outdir` names one. */
function isTemporary(outdir: string): boolean {
  return basename(outdir).startsWith('cdk.out') && [tmpdir(), realpathSync(tmpdir())].includes(dirname(outdir));
}

function tell(sentence: string) {
  process.stderr.write(`cdk-hybridge: ${sentence}\n`);
}

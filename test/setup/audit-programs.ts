/**
 * Runs CDK programs as synthesize-programs.ts does, and lets cdk-nag look at each finished tree. Prints [{ program,
 * findings, acknowledgements }], whether acknowledged or not: the reader decides.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { App, CfnResource, Stage, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, NIST80053R5Checks } from 'cdk-nag';
import type { IConstruct } from 'constructs';

interface Job {
  readonly program: string;
  readonly outdir: string;
  readonly context: Readonly<Record<string, unknown>>;
}

/** Every App listens for the end of the process. */
process.setMaxListeners(0);

const load = createRequire(__filename);
const audits: unknown[] = [];
let program = '';

// Programs keep their App to themselves: whatever is synthesized is looked at. One that calls synth() itself is synthesized twice.
const { synth } = Stage.prototype;
const seen = new Set<Stage>();
Stage.prototype.synth = function (options) {
  const assembly = synth.call(this, options);
  if (App.isApp(this) && !seen.has(this)) {
    seen.add(this);
    audits.push({ program, findings: findingsIn(this), acknowledgements: acknowledgementsIn(this) });
  }
  return assembly;
};

function findingsIn(root: App) {
  const types = new Map(
    root.node
      .findAll()
      .filter(CfnResource.isCfnResource)
      .map((resource) => [resource.node.path, resource.cfnResourceType]),
  );
  return [new AwsSolutionsChecks(), new NIST80053R5Checks()].flatMap((pack) => {
    Object.assign(pack, { isAcknowledged: () => false });
    return pack.validateScope(root).violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath }) => ({
        rule: ruleName,
        path: constructPath!,
        type: types.get(constructPath!)!,
      })),
    );
  });
}

function acknowledgementsIn(root: IConstruct) {
  return root.node
    .findAll()
    .flatMap(({ node }) =>
      node.metadata
        .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
        .flatMap(({ data }) =>
          Object.entries(data as Record<string, string>).map(([id, reason]) => ({
            rule: id.replace(/^annotation::/i, ''),
            path: node.path,
            reason,
          })),
        ),
    );
}

for (const job of JSON.parse(readFileSync(0, 'utf8')) as Job[]) {
  process.env.CDK_OUTDIR = job.outdir;
  process.env.CDK_CONTEXT_JSON = JSON.stringify(job.context);
  program = job.program;
  const audited = audits.length;
  load(program);
  if (audits.length === audited) throw new Error(`${program}: expected to call app.synth(), so that it can be looked at`);
}
process.stdout.write(JSON.stringify(audits));

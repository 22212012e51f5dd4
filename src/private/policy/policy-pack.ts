import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { App, Stack, Validations } from 'aws-cdk-lib';
import type { IPolicyValidationContext, IPolicyValidationPlugin, PolicyValidationPluginReport, PolicyViolation } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { IConstruct } from 'constructs';
import { finishAtSynthesis } from '../finish';
import { acknowledgeInherent } from './acknowledge';
import type { TemplateRule } from './templates/template-rule';
import { TEMPLATE_RULES, templateBreaches } from './templates/template-rules';

/** Context that switches the policy off: `false`. */
const SWITCH = 'cdk-hybridge:policy';

const ID = 'HybridgePolicy';

/**
 * Runs the policy (templates/) over the templates of stacks that contain a construct of this library, when CDK
 * validates templates. One per app. A finding fails the synthesis; `Validations.of(construct).acknowledge({ id:
 * 'Hybridge::<rule>', reason })` accepts it.
 */
export class PolicyPack extends Construct {
  /** Puts the scope's stack under the policy; what is in no stack has no template. */
  public static watch(scope: IConstruct): void {
    finishAtSynthesis(scope);
    const { root } = scope.node;
    // Nested stacks belong to the outermost one.
    const stack = scope.node.scopes.find((each) => Stack.isStack(each));
    if (!stack || !App.isApp(root)) return;
    const pack = root.node.tryFindChild(ID) as PolicyPack | undefined ?? new PolicyPack(root);
    pack.stacks.add(stack.node.path);
    pack.owners.add(scope.node.path);
  }

  private readonly stacks = new Set<string>();
  /** Paths of constructs of this library. */
  private readonly owners = new Set<string>();

  private constructor(root: App) {
    super(root, ID);
    // At validation, when the tree is complete and plugins have not run yet.
    let isDone = false;
    this.node.addValidation({
      validate: () => {
        if (isDone) return [];
        isDone = true;
        acknowledgeInherent(root, this.owners);
        if (isOn(root)) Validations.of(root).addPlugins(new Policy(this.stacks));
        return [];
      },
    });
  }
}

function isOn(root: IConstruct & { readonly _builtinCloudFormationValidation?: boolean }): boolean {
  const asked = root.node.tryGetContext(SWITCH);
  return asked !== false && asked !== 'false' && process.env.CDK_VALIDATION !== 'false' && root._builtinCloudFormationValidation !== false;
}

type Resource = PolicyViolation['violatingResources'][number];

/** The rules over the templates of watched stacks and of the nested stacks in them. CDK's own validation runs beside it. */
class Policy implements IPolicyValidationPlugin {
  public readonly name = 'Hybridge';
  public readonly ruleIds = TEMPLATE_RULES.map(({ id }) => id);

  constructor(private readonly stacks: ReadonlySet<string>) {}

  public validate({ stackTemplates, appConstruct }: IPolicyValidationContext): PolicyValidationPluginReport {
    const nested = appConstruct.node.findAll().filter((each) => Stack.isStack(each)).filter(({ nestedStackParent }) => nestedStackParent);
    const templates = stackTemplates
      .filter(({ stackConstructPath }) => this.stacks.has(stackConstructPath))
      .flatMap(({ stackConstructPath, templatePath }) => [
        templatePath,
        ...nested.filter((stack) => outermostOf(stack).node.path === stackConstructPath)
          .map(({ templateFile }) => join(dirname(templatePath), templateFile)),
      ]);
    const found = templates.flatMap(breachesIn);
    const violations = TEMPLATE_RULES.flatMap((rule) => violationOf(rule, found.filter((each) => each.rule === rule)));
    return { success: violations.length === 0, violations };
  }
}

function outermostOf(stack: Stack): Stack {
  return stack.nestedStackParent ? outermostOf(stack.nestedStackParent) : stack;
}

interface Found {
  readonly rule: TemplateRule;
  readonly resource: Resource;
}

function breachesIn(templatePath: string): readonly Found[] {
  return templateBreaches(JSON.parse(readFileSync(templatePath, 'utf8'))).map(({ rule, logicalId, locations }) => ({
    rule, resource: { resourceLogicalId: logicalId, templatePath, locations: [...locations] },
  }));
}

/** One entry for a rule, which names each resource that breaks it. */
function violationOf({ id, finding, reason, fix }: TemplateRule, found: readonly Found[]): readonly PolicyViolation[] {
  return found.length === 0 ? [] : [{
    ruleName: id,
    description: `${finding}: ${reason}`,
    fix,
    severity: 'error',
    violatingResources: found.map(({ resource }) => resource),
  }];
}

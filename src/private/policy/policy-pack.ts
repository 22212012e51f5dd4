import { App, CloudFormationValidatePlugin, Stack, Validations } from 'aws-cdk-lib';
import type { IPolicyValidationContext, IPolicyValidationPlugin, PolicyValidationPluginReport, PolicyViolation } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { IConstruct } from 'constructs';
import { finishAtSynthesis } from '../finish';
import { acknowledgeInherent } from './acknowledge';
import { GUARD_RULES, guardText } from './guard-rules';

/** Context that switches the policy off: `false`. */
const SWITCH = 'cdk-hybridge:policy';

const ID = 'HybridgePolicy';

/**
 * Runs the policy (guard-rules.ts) over the templates of stacks that contain a construct of this library, when CDK
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
    // At validation, because only then is known which plugins the app has registered itself.
    let isDone = false;
    this.node.addValidation({
      validate: () => {
        if (isDone) return [];
        isDone = true;
        acknowledgeInherent(root, this.owners);
        if (isOn(root)) this.register(root);
        return [];
      },
    });
  }

  private register(app: App): void {
    // CDK takes one plugin of this kind. Where the app has none, ours takes the place of the default, so that there is
    // one engine, which takes 1.3 s to start.
    const isTaken = app._validationPlugins.some((plugin) => plugin instanceof CloudFormationValidatePlugin);
    const engine = new RuleEngine();
    Validations.of(app).addPlugins(...isTaken ? [] : [engine], new Policy(engine, this.stacks));
  }
}

function isOn(root: IConstruct & { readonly _builtinCloudFormationValidation?: boolean }): boolean {
  const asked = root.node.tryGetContext(SWITCH);
  return asked !== false && asked !== 'false' && process.env.CDK_VALIDATION !== 'false' && root._builtinCloudFormationValidation !== false;
}

const RULES = new Map(GUARD_RULES.map((rule) => [rule.id, rule]));

/**
 * CDK's own validation with our rules added. The plugin reports our findings itself, because CDK turns those of this
 * plugin into warnings.
 */
class RuleEngine extends CloudFormationValidatePlugin {
  private findings: readonly PolicyViolation[] | undefined;

  constructor() {
    super({ guardRules: [{ name: 'hybridge', content: guardText() }] });
  }

  public validate(context: IPolicyValidationContext): PolicyValidationPluginReport {
    const { violations, ...report } = super.validate(context);
    this.findings = violations.filter(({ ruleName }) => RULES.has(ruleName));
    const others = violations.filter(({ ruleName }) => !RULES.has(ruleName));
    return { ...report, violations: others, success: others.every(({ severity }) => severity !== 'error') };
  }

  /** Ours, of this run or of the one before. */
  public policyFindings(context: IPolicyValidationContext): readonly PolicyViolation[] {
    if (!this.findings) this.validate(context);
    const found = this.findings!;
    this.findings = undefined;
    return found;
  }
}

class Policy implements IPolicyValidationPlugin {
  public readonly name = 'Hybridge';
  public readonly ruleIds = [...RULES.keys()];

  constructor(private readonly engine: RuleEngine, private readonly stacks: ReadonlySet<string>) {}

  public validate(context: IPolicyValidationContext): PolicyValidationPluginReport {
    const watched = new Set(
      context.stackTemplates
        .filter(({ stackConstructPath }) => this.stacks.has(stackConstructPath))
        .map(({ templatePath }) => templatePath),
    );
    const findings = this.engine.policyFindings(context);
    const violations = this.ruleIds.flatMap((id) => reported(id, findings.filter(({ ruleName }) => ruleName === id), watched));
    return { success: violations.length === 0, violations };
  }
}

/** One entry for a rule, which names each resource once, however many clauses it breaks. */
function reported(id: string, findings: readonly PolicyViolation[], watched: ReadonlySet<string>): PolicyViolation[] {
  const { finding, reason, fix } = RULES.get(id)!;
  const places = findings.flatMap(({ violatingResources }) => violatingResources).filter(({ templatePath }) => watched.has(templatePath!));
  const resources = new Map<string, typeof places[number]>();
  for (const place of places) {
    const key = `${place.templatePath} ${place.resourceLogicalId}`;
    const locations = new Set([...resources.get(key)?.locations ?? [], ...place.locations]);
    resources.set(key, { ...place, locations: [...locations] });
  }
  return resources.size === 0
    ? []
    : [{ ruleName: id, description: `${finding}: ${reason}`, fix, severity: 'error', violatingResources: [...resources.values()] }];
}

/**
 * References of declarative configurations, held against what the data planes of the control plane mount. A node that
 * cannot resolve a reference does not serve what needs it, hours after the deployment that looked well.
 */
import { Annotations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { nearestName } from '../../../private/input/nearest-name';
import { KongEdition } from '../../kong-helm-options';
import type { KongChart } from './kong-chart';
import type { PlaneDescription } from './plane';
import { variableOf } from './plane-secrets';
import { readableSecrets, vaultPrefix } from './readable-secrets';

/** A reference in a declarative configuration. */
export interface ConfiguredReference {
  /** As written, such as `{vault://env/partner-key}`. */
  readonly text: string;
  readonly vault: string;
  readonly name: string;
  readonly field?: string;
  /** For people: file, line and path. */
  readonly place: string;
}

type CheckedPlane = Pick<PlaneDescription, 'name' | 'settings' | 'secrets' | 'chart'>;

/** Vaults of Kong's enterprise edition, each with settings of its own. */
const ENTERPRISE_VAULTS: ReadonlySet<string> = new Set(['aws', 'azure', 'conjur', 'gcp', 'hcv']);

/** Integrations that bring secrets, by how the names of those begin. */
const BROUGHT_BY: Readonly<Record<string, string>> = { IDENTITY_: 'identity', CACHE_: 'cache', LOGS_: 'logs' };

/** Compares when the app is synthesized: planes may be added after a configuration. */
export class ReferenceCheck {
  private readonly planes: CheckedPlane[] = [];
  private readonly references: ConfiguredReference[] = [];

  /** @param controlPlane whose data planes run the configurations */
  constructor(private readonly controlPlane: Construct) {
    controlPlane.node.addValidation({ validate: () => this.problems() });
  }

  public addPlane(plane: CheckedPlane): void {
    this.planes.push(plane);
  }

  public addReferences(references: readonly ConfiguredReference[]): void {
    this.references.push(...references);
  }

  private problems(): string[] {
    if (this.references.length === 0) return [];
    if (this.planes.length === 0) {
      this.warnOfOtherApps();
      return [];
    }
    return this.references.flatMap((reference) => this.problemOf(reference));
  }

  /** One problem a reference, with all planes that have it in the same way. */
  private problemOf(reference: ConfiguredReference): string[] {
    const planesByProblem = new Map<string, string[]>();
    for (const plane of this.planes) {
      const problem = reference.vault === 'env' ? unreadable(reference, plane) : this.otherVault(reference, plane);
      if (problem !== undefined) planesByProblem.set(problem, [...planesByProblem.get(problem) ?? [], plane.name]);
    }
    return [...planesByProblem].map(([problem, planes]) => {
      const whose = planes.length === 1 ? `the data plane ${planes[0]}` : `the data planes ${planes.join(', ')}`;
      return `${reference.place}: got ${reference.text}, which ${whose} cannot resolve: ${problem}`;
    });
  }

  private otherVault({ text, vault }: ConfiguredReference, { settings, chart }: CheckedPlane): string | undefined {
    if (!chart) return missingKind(vault, settings);
    if (!ENTERPRISE_VAULTS.has(vault)) {
      Annotations.of(this.controlPlane).addWarningV2(
        `cdk-hybridge:vault.${vault}`,
        `${text}: this app makes no vault '${vault}', and Kong uses an empty text where there is none: make it through the Admin API, or `
          + 'use {vault://env/<name>} with `secrets` of the data planes',
      );
      return undefined;
    }
    const settingsOfVault = `KONG_VAULT_${vault.toUpperCase()}_`;
    if (!isEnterprise(chart)) {
      return 'Kong\'s community edition has the vault \'env\' only, expected {vault://env/<name>}: mount the secret by `secrets`';
    }
    if (Object.keys(settings).some((name) => name.startsWith(settingsOfVault))) return undefined;
    return `nothing configures the vault '${vault}' there, expected settings ${settingsOfVault}*: add them to \`settings\`, or use `
      + '{vault://env/<name>} with `secrets`';
  }

  private warnOfOtherApps() {
    const names = [...new Set(this.references.map(({ text }) => text))].join(', ');
    Annotations.of(this.controlPlane).addWarningV2(
      'cdk-hybridge:declarativeConfig.references',
      `declarative configurations refer to ${names}, and no data plane of this app is there to check them: every data plane of another `
        + 'app (GatewayControlPlane.fromAttributes) needs `secrets` of these names',
    );
  }
}

/** Vaults that the packaged gateway may have beside `env`. */
const PACKAGED_VAULTS: ReadonlySet<string> = new Set(['aws', 'hcv']);

/** @returns why a packaged data plane has no vault of this kind, and the way out */
function missingKind(vault: string, settings: CheckedPlane['settings']): string | undefined {
  const byEnvironment = 'or {vault://env/<name>}: mount the secret by `secrets`';
  if (!PACKAGED_VAULTS.has(vault)) {
    return `the packaged gateway has no vault '${vault}' by itself, expected env, aws or hcv, ${byEnvironment}`;
  }
  const listed = (settings.KONG_VAULTS ?? '').split(',').map((name) => name.trim());
  if (listed.includes(vault) || settings.HYBRIDGE_COMPATIBILITY === 'full') return undefined;
  return `the data plane does not read the vault '${vault}', expected settings: { KONG_VAULTS: 'bundled,${vault}' }, ${byEnvironment}`;
}

function isEnterprise({ edition }: KongChart): boolean {
  return edition === KongEdition.ENTERPRISE;
}

/** @returns why a plane cannot resolve a reference to the vault `env`, and the way out */
function unreadable({ text, name, field }: ConfiguredReference, plane: CheckedPlane): string | undefined {
  if (text.includes('#')) return `the vault 'env' has no versions, expected {vault://env/${name}}: remove what follows #`;
  const prefix = /[?&]prefix=([^&#}]*)/.exec(text)?.[1] ?? vaultPrefix(plane);
  const wanted = variableOf(`${prefix}${name}`);
  const there = readableSecrets(plane);
  const found = there.find(({ variable }) => variable === wanted);
  if (found && (field === undefined || found.mayHaveFields)) return undefined;
  if (found) {
    return `'${name}' is text there, without a field '${field}', expected {vault://env/${name}}: leave the field out`
      + (plane.secrets.some(({ givenName }) => givenName === name) ? ', or give the plane the whole secret, without `field`' : '');
  }
  const names = there
    .filter(({ variable }) => !/^(KONG|HYBRIDGE)_/.test(variable))
    .flatMap(({ variable }) => nameOf(variable, prefix) ?? []);
  const nearest = nearestName(name, names);
  const property = Object.entries(BROUGHT_BY).find(([beginning]) => wanted.startsWith(beginning))?.[1];
  const mounted = names.length > 0 ? `mounted: ${names.join(', ')}` : 'none is';
  return `no secret of this name is mounted there (${mounted}), expected one on every data plane of this control plane: `
    + `${nearest ? `write {vault://env/${nearest}}, if that was meant, or ` : ''}add ${property ? `\`${property}\`, or ` : ''}secrets: { '${nameOf(wanted, '')}': PlaneSecret.fromSecretsManager(...) }`;
}

/** The name that a reference has for a variable. */
function nameOf(variable: string, prefix: string): string | undefined {
  const start = variableOf(prefix);
  return variable.startsWith(start) ? variable.slice(start.length).toLowerCase().replace(/_/g, '-') : undefined;
}

/**
 * Values of a declarative configuration that are known at deployment only, such as the address of a cache. While the configuration is
 * validated, stand-ins take their place; what is deployed has the values.
 */
import { Stack, Token, Tokenization } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** A token in a text, as CDK writes it. */
const TOKEN = /\$\{Token\[[^\]]+\]\}/g;

/** How CDK writes a list that is known at deployment only. */
const LIST_TOKEN = /^#\{Token\[/;

/** No host has such a name: RFC 6761 §6.4. */
const DOMAIN = 'known-at-deployment.invalid';

/** Stand-ins of numbers are valid ports. */
const FIRST_NUMBER = 60_001;

const DYNAMIC_SECRET = /\{\{resolve:(?:secretsmanager|ssm-secure):/;

export class DeployedValues {
  /** Paths of values that begin with a token: it may be a host, or a URL. */
  public readonly open = new Set<string>();
  private readonly texts = new Map<string, string>();
  private readonly numbers = new Map<number, string>();

  /**
   * @param given configuration with tokens
   * @param urls paths of values that begin with a URL
   */
  constructor(private readonly scope: Construct, private readonly given: object, private readonly urls: ReadonlySet<string>) {}

  /** Stand-ins of texts. */
  public get standIns(): string[] {
    return [...this.texts.keys()];
  }

  /**
   * Returns the configuration with stand-ins.
   *
   * @throws Error for a secret, which CloudFormation would write into the ConfigMap, and for a list
   */
  public configuration(): unknown {
    return this.walk(this.given, '');
  }

  /** Puts the values into the text of the validated configuration. */
  public settle(json: string): string {
    const texts = [...this.texts].reduce((text, [standIn, value]) => text.replaceAll(standIn, value), json);
    return [...this.numbers].reduce((text, [standIn, value]) => (
      text.replace(new RegExp(`(?<=[:[,])${standIn}(?=[,}\\]])`, 'g'), value)), texts);
  }

  private walk(value: unknown, path: string): unknown {
    if (typeof value === 'string' && LIST_TOKEN.test(value)) {
      throw new Error(`inline: ${path}: got a list that is known at deployment only, expected its items`);
    }
    if (typeof value === 'string') return Token.isUnresolved(value) ? this.text(value, path) : value;
    if (typeof value === 'number') return Token.isUnresolved(value) ? this.number(value) : value;
    if (Array.isArray(value)) return value.map((item, at) => this.walk(item, `${path}[${at}]`));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, this.walk(item, path === '' ? name : `${path}.${name}`)]));
  }

  private text(value: string, path: string): string {
    if (DYNAMIC_SECRET.test(JSON.stringify(Stack.of(this.scope).resolve(value)))) {
      throw new Error(`inline: ${path}: got the value of a secret, expected a reference such as {vault://env/name}: `
        + 'the ConfigMap would contain the value');
    }
    const isOpen = value.search(TOKEN) === 0;
    if (isOpen) this.open.add(path);
    return value.replace(TOKEN, (token, at: number) => (
      this.register(token, at === 0 && this.urls.has(path) ? (host) => `https://${host}/` : (host) => host)));
  }

  private register(token: string, shape: (host: string) => string): string {
    const standIn = shape(`n${this.texts.size + 1}.${DOMAIN}`);
    this.texts.set(standIn, token);
    return standIn;
  }

  private number(value: number): number {
    const used = JSON.stringify(this.given);
    let standIn = FIRST_NUMBER + this.numbers.size;
    while (used.includes(String(standIn)) || this.numbers.has(standIn)) standIn += 1;
    this.numbers.set(standIn, Token.asString(Tokenization.reverseNumber(value)));
    return standIn;
  }
}

/** Suites of recorded traffic: a configuration, and steps with what was observed of them. */

/** Text, or one text many times. */
export type Piece = string | { readonly repeat: string; readonly n: number };

/** A signature of the hmac-auth plugin, made when the request is sent. */
export interface HmacSignature {
  readonly user: string;
  readonly secret: string;
  readonly headers: readonly string[];
  readonly algorithm?: string;
  /** True: the digest of the body; a text: this instead of the right one. */
  readonly digest?: boolean | string;
  /** Seconds that the date is off. */
  readonly skew?: number;
  /** The signature is wrong. */
  readonly spoil?: boolean;
  /** @default 'Authorization' */
  readonly name?: string;
}

export interface HttpRequest {
  readonly m?: string;
  readonly p: string;
  readonly host?: string | null;
  readonly v?: string;
  readonly h?: readonly (readonly [string, string])[];
  readonly b?: Piece | null;
  readonly hmac?: HmacSignature;
  /** Query in place of that in `p`. */
  readonly q?: string;
}

export type UpstreamKind = 'ws' | 'expect' | 'reset' | 'hang' | 'drop';

export interface UpstreamScript {
  readonly resp?: string;
  /** Bytes, and seconds to wait afterwards. */
  readonly parts?: readonly (readonly [Piece, number])[];
  /** Seconds before the answer. */
  readonly delay?: number;
  readonly then?: 'keep' | 'close' | 'reset';
  /** `head`: before the body has come. */
  readonly when?: 'head';
  readonly kind?: UpstreamKind;
  /** One script for each request; the last one stays. */
  readonly seq?: readonly UpstreamScript[];
}

export type UpstreamScripts = Readonly<Record<string, UpstreamScript>>;

export type ConfigRequest = readonly [
  method: string, path: string, body?: unknown, options?: { readonly save?: Readonly<Record<string, string>> },
];

export type SentPiece = Piece | { readonly sleep: number } | { readonly shut: true };

/** One step. Which fields it has depends on its kind; the modules in steps/ read them. */
export type Step = Readonly<Record<string, unknown>>;

export type Observation = Readonly<Record<string, unknown>>;

export interface TrafficCase {
  readonly id: string;
  readonly steps: readonly Step[];
  /** One for each step that observes something. */
  readonly expect: readonly Observation[];
  /** Everything is configured again before the next case. */
  readonly fresh?: boolean;
  /** What the case cannot do without. */
  readonly needs?: string | readonly string[];
}

export interface Suite {
  readonly id: string;
  readonly config: readonly ConfigRequest[];
  readonly cases: readonly TrafficCase[];
  readonly up?: UpstreamScripts;
  /** False: nothing to wait for before the first case. */
  readonly traffic?: boolean;
  readonly fresh?: boolean;
  /** Requests before the first case, not observed. */
  readonly warm?: readonly HttpRequest[];
  readonly settle?: number;
  readonly files?: unknown;
}

export function textOf(piece: Piece): string {
  return typeof piece === 'string' ? piece : piece.repeat.repeat(piece.n);
}

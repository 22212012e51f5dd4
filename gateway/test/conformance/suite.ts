/** Suites of recorded traffic: a configuration, and requests with what client and upstreams saw of them. */

/** Text, or one text many times. */
export type Piece = string | { readonly repeat: string; readonly n: number };

export interface HttpStep {
  readonly m?: string;
  readonly p: string;
  readonly host?: string | null;
  readonly v?: string;
  readonly h?: readonly (readonly [string, string])[];
  readonly b?: Piece;
}

export interface UpstreamScript {
  readonly resp?: string;
  /** Bytes, and seconds to wait afterwards. */
  readonly parts?: readonly (readonly [Piece, number])[];
  readonly then?: 'keep' | 'close' | 'reset';
  readonly kind?: 'ws' | 'expect' | 'reset' | 'hang' | 'drop';
}

export interface Step {
  readonly http?: HttpStep | readonly HttpStep[];
  readonly send?: readonly (Piece | { readonly sleep: number } | { readonly shut: true })[];
  readonly up?: Readonly<Record<string, UpstreamScript>>;
  readonly one_by_one?: boolean;
  readonly tls?: boolean;
  readonly sni?: string;
  readonly conn?: boolean;
  readonly noup?: boolean;
  readonly nobody?: boolean;
  readonly rh?: readonly string[];
  readonly uh?: readonly string[];
  /** Headers whose spelling counts. */
  readonly names?: readonly string[];
}

export interface SeenAnswer {
  readonly status?: number;
  readonly headers?: readonly string[];
  readonly framing?: string;
  readonly body?: unknown;
  readonly interim?: readonly number[];
  readonly complete?: boolean;
  readonly malformed?: string;
}

export interface SeenRequest {
  readonly slot: string;
  readonly line: string;
  readonly headers: readonly string[];
  readonly body?: unknown;
  readonly framing?: string;
  readonly names?: readonly string[];
}

export interface Observation {
  readonly res?: readonly SeenAnswer[];
  readonly conn?: string;
  readonly up?: readonly SeenRequest[];
}

export interface TrafficCase {
  readonly id: string;
  readonly steps: readonly Step[];
  readonly expect: readonly Observation[];
}

export type ConfigRequest = readonly [method: string, path: string, body: Readonly<Record<string, unknown>> | null, ...rest: unknown[]];

export interface Suite {
  readonly id: string;
  readonly config: readonly ConfigRequest[];
  readonly cases: readonly TrafficCase[];
  readonly up?: Readonly<Record<string, UpstreamScript>>;
}

export function textOf(piece: Piece): string {
  return typeof piece === 'string' ? piece : piece.repeat.repeat(piece.n);
}

/**
 * What the gateway does not do yet of what these suites ask for. A suite fails when one of these begins to pass, so that the list shrinks.
 */

interface NotYet {
  /** Of a case's id. */
  readonly id: RegExp;
  readonly reason: string;
  /** It passes now and then. @default false */
  readonly isRace?: boolean;
}

const NOT_YET: readonly NotYet[] = [
  { id: /^(?:robustness\/)?h2\//, reason: 'TLS listeners do not offer HTTP/2 yet' },
  { id: /\/(?:chunk-int64-min|chunks\/size-2\^63)$/, reason: "Node's parser waits for a chunk of 2^63 bytes" },
  { id: /\/(?:line-|bytes\/)http-0\.9$/, reason: "Node's parser reads a line without a version as the beginning of headers" },
  { id: /\/(?:cl-leading-zero|cl-010-is-ten|length\/leading-zero)$/, reason: 'Content-Length is relayed as it came' },
  { id: /\/line(?:-double-space|\/spaces)$/, reason: "Node's parser takes any number of spaces in the request line" },
  { id: /\/(?:line-leading-cr|bytes\/leading-cr)$/, reason: "Node's parser skips a bare CR before the request line" },
  { id: /\/line\/version-other$/, reason: "Node's parser knows RTSP, too" },
  { id: /\/resp-te-unknown$/, reason: 'an unknown Transfer-Encoding of an answer is not refused' },
  { id: /\/(?:target-long|line-target-100k|header\/(?:long|many))$/, reason: 'a reset may overtake the refusal', isRace: true },
  {
    id: /\/(?:chunk-then-request|pipe-post-get|pipe-two-gets|pipe-20-gets|pipe-1\.0-keepalive-two|cl-zero-then-request|bytes\/pipelined)$/,
    reason: 'pipelined requests are sent on at the same time, in any order', isRace: true,
  },
];

export function notYet(id: string): NotYet | undefined {
  return NOT_YET.find((row) => row.id.test(id));
}

/** What a suite compares with an empty list: what went wrong, or that a row of the list has to go. */
export function unexpected(id: string, problems: readonly string[]): readonly string[] {
  const row = notYet(id);
  if (row === undefined) return problems;
  return problems.length > 0 || row.isRace === true ? [] : [`${id} passes: its row in not-yet.ts has to go`];
}

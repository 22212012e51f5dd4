/** What routes of streams match on. */
export interface StreamInput {
  /** How it came in: TLS that an upstream ends is `tls`, too. */
  readonly protocol: 'tcp' | 'tls' | 'udp';
  readonly sourceIp: string;
  readonly sourcePort: number;
  readonly destinationIp: string;
  readonly destinationPort: number;
  readonly serverName: string | undefined;
}

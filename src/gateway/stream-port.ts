/** What a port for connections without HTTP takes. */
export enum StreamProtocol {
  /** Plain connections. */
  TCP = 'tcp',
  /** Connections that begin with TLS: routes with `tls` end it in the nodes, those with `tls_passthrough` at the upstream. */
  TLS = 'tls',
  /** Datagrams. */
  UDP = 'udp',
}

/** A port of a data plane for connections without HTTP, or for datagrams. */
export interface StreamPort {
  /** Port that consumers use and that nodes listen on: 1024 to 65535, none of 8000, 8443 and 8100. */
  readonly port: number;

  /**
   * What the port takes.
   *
   * @default StreamProtocol.TCP
   */
  readonly protocol?: StreamProtocol;
}

/** Options of `GatewayControlPlane.addDeclarativeConfig()`: a `file` or `inline`, not both. */
export interface DeclarativeConfigOptions {
  /**
   * Path of a declarative file (YAML or JSON, `_format_version` 3.0), as decK writes it: services, routes, plugins, consumers, nested or flat.
   *
   * @default - `inline`
   */
  readonly file?: string;

  /**
   * The same as an object.
   *
   * @default - `file`
   */
  readonly inline?: { [key: string]: any };

  /**
   * How long connected data planes may take to run it, in seconds, 1 to 300.
   *
   * @default 120
   */
  readonly waitSeconds?: number;
}

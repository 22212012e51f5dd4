/** Options of `GatewayControlPlane.addDeclarativeConfig()`: a `file` or `inline`, not both. */
export interface DeclarativeConfigOptions {
  /**
   * Path of a declarative file (YAML or JSON, `_format_version` 3.0), as decK writes it: services, routes, plugins,
   * consumers, nested or flat.
   *
   * @default - `inline`
   */
  readonly file?: string;

  /**
   * The declarative configuration as an object.
   *
   * @default - `file`
   */
  readonly inline?: { [key: string]: any };

  /**
   * Seconds to wait until all connected data planes run the configuration, 1 to 300. The deployment fails after that.
   *
   * @default 120
   */
  readonly waitSeconds?: number;
}

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
   * The declarative configuration as an object. Values that are known at deployment only, such as the issuer in
   * `GatewayIdentity.pluginConfig()` or the host in `GatewayCache.redisConfig()`, may be texts, parts of texts and
   * numbers; lists and secrets are refused.
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

/** Every code that a `GatewayError` may have: docs/reference/errors.md is made from this table. */

interface ErrorDescription {
  /** What happened. */
  readonly meaning: string;
  /** What the operator does. */
  readonly fix: string;
}

export const ERROR_CODES = {
  'address-unavailable': {
    meaning: 'The node cannot listen on an address: another process has the port, or this user or machine may not open it.',
    fix: 'Stop the other process, or change the setting that the message names (`KONG_*_LISTEN`).',
  },
  'admin-api-refused': {
    meaning: 'The Admin API rejected a request of the task that applies a configuration.',
    fix: 'Read the status and the message of the Admin API behind it; correct the declarative file.',
  },
  'admin-api-unreachable': {
    meaning: 'The Admin API does not answer.',
    fix: 'Check that the control plane runs, that the URL is right, and that a network policy admits the client.',
  },
  'arguments-missing': {
    meaning: 'The task that applies a configuration was started without its arguments.',
    fix: 'Give the arguments that the message names.',
  },
  'cache-unwritable': {
    meaning: 'A data plane cannot keep its configuration on disk. It serves, but a restart without a control plane would find nothing.',
    fix: 'Free disk space, or make the folder in `KONG_PREFIX` writable for the user of the node.',
  },
  'certificate-missing': {
    meaning: 'A listener has the flag `ssl`, and there is no certificate for it.',
    fix: 'Set the certificate and key that the message names, or remove `ssl`.',
  },
  'certificate-not-kept': {
    meaning: 'The self-signed certificate of the listeners cannot be written to the working directory.',
    fix: 'Make the folder in `KONG_PREFIX` writable, or set certificates of your own.',
  },
  'workers-failed': {
    meaning: 'No worker process of the node has started.', fix: 'The lines before it in the log say how each of them ended.',
  },
  'configuration-changing': {
    meaning: 'A command read the configuration several times, and others changed it each time.',
    fix: 'Run the command again when fewer changes are made.',
  },
  'configuration-not-running': {
    meaning: 'The configuration is in the database, but not every connected data plane ran it in time.',
    fix: 'Ask `GET /clustering/data-planes` which one; read its log for the reason.',
  },
  'configuration-unreadable': {
    meaning: 'The file of the configuration that is to be applied cannot be read.',
    fix: 'Check the path, and that the file is what `addDeclarativeConfig()` wrote.',
  },
  'database-newer': {
    meaning: 'A newer version of the gateway has migrated the database.',
    fix: 'Start that version or a newer one. There is no way back but a backup: [upgrade.md](../upgrade.md).',
  },
  'database-unavailable': {
    meaning: 'The database does not answer, rejects the login, or, embedded, cannot be read or written.',
    fix: 'Check host, port, password, TLS and network in `KONG_PG_*` or `HYBRIDGE_MYSQL_*`; the embedded file is in `KONG_PREFIX`. '
      + 'A node that runs keeps trying.',
  },
  'declarative-file-invalid': {
    meaning: 'The file in `KONG_DECLARATIVE_CONFIG` cannot be read, or has entities that the gateway rejects.',
    fix: 'Correct the places that the message names: [admin-api.md](admin-api.md#declarative-format).',
  },
  'prefix-unwritable': {
    meaning: 'The working directory cannot be created or written.',
    fix: 'Set `KONG_PREFIX` to a folder that the user of the node may write.',
  },
  'revision-conflict': {
    meaning: 'A change was made for a revision of the configuration that is not the newest one any more.',
    fix: 'Read the newest revision, check that the change still fits, and send it again.',
  },
  'revision-pruned': {
    meaning: 'The history does not reach back to a revision: older ones are removed.',
    fix: 'Choose a later revision; the message names the oldest. `HYBRIDGE_HISTORY_REVISIONS` and `HYBRIDGE_HISTORY_DAYS` say how many are '
      + 'kept.',
  },
  'revision-unknown': {
    meaning: 'No revision has this number yet.', fix: 'Ask `GET /revisions` which there are.',
  },
  'setting-invalid': {
    meaning: 'A setting has a value that only a later stage of the start can judge, and it is not valid.',
    fix: 'Correct the setting that the message names: [settings.md](settings.md).',
  },
  'setting-missing': {
    meaning: 'A setting that the role needs is not set.',
    fix: 'Set the variable that the message names: [settings.md](settings.md).',
  },
  'settings-invalid': {
    meaning: 'One or more settings are not valid; each problem is a line.',
    fix: 'Correct every variable that is named: [settings.md](settings.md).',
  },
} as const satisfies Readonly<Record<string, ErrorDescription>>;

export type ErrorCode = keyof typeof ERROR_CODES;

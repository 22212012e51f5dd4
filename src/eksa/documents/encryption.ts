/** Encryption of etcd as the Cluster says it: lists of which the tools take one entry. */

export interface EncryptionInput {
  readonly pluginName: string;
  readonly socket: string;
  readonly resources: readonly string[];
  readonly cacheSize?: number;
  /** In Go's notation, such as `3s`. */
  readonly timeout?: string;
}

export function encryption({ pluginName, socket, resources, cacheSize, timeout }: EncryptionInput): readonly object[] {
  return [{ providers: [{ kms: { name: pluginName, socketListenAddress: socket, cachesize: cacheSize, timeout } }], resources }];
}

interface Encryption {
  readonly providers?: readonly {
    readonly kms?: {
      readonly name?: string;
      readonly socketListenAddress?: string;
      readonly cachesize?: number;
      readonly timeout?: string;
    };
  }[];
  readonly resources?: readonly string[];
}

/** The first entry, which is all that the tools take. */
export function readEncryption([given]: readonly object[]): EncryptionInput {
  const { providers = [], resources = [] } = (given ?? {}) as Encryption;
  const { name = '', socketListenAddress = '', cachesize, timeout } = providers[0]?.kms ?? {};
  return { pluginName: name, socket: socketListenAddress, resources, cacheSize: cachesize, timeout };
}

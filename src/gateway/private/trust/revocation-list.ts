import { Lazy } from 'aws-cdk-lib';
import { PATHS } from '../../../private/contract';
import type { FileMount } from '../plane/plane';

const FILE = 'certificates';

/**
 * Revoked certificates of a control plane. Its nodes re-read the file when it changes and close open tunnels, without a
 * restart.
 */
export class RevocationList {
  static readonly PATH = `${PATHS.revokedCertificates}/${FILE}`;
  private readonly commonNames = new Set<string>();

  /** @param serialNumbers may grow until synthesis */
  constructor(private readonly serialNumbers: ReadonlySet<string>) {}

  /** All certificates of a name, also those that are yet to be made. */
  public add(commonName: string): void {
    this.commonNames.add(commonName);
  }

  public get mount(): FileMount {
    const text = Lazy.string({ produce: () => this.text() });
    return { name: 'revoked', path: PATHS.revokedCertificates, files: { [FILE]: text } };
  }

  private text(): string {
    const entries = [...[...this.commonNames].map((name) => `cn:${name}`), ...[...this.serialNumbers].map((number) => `serial:${number}`)];
    return ['# Revoked certificates, one per line.', ...entries.sort(), ''].join('\n');
  }
}

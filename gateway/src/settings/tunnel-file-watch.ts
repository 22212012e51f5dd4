/**
 * Notices when the files of a tunnel's identity and trust change, as mounted secrets do, and reads them again. The node need not start
 * anew.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { SYSTEM_CLOCK } from '../base/clock.ts';
import type { Clock, Timer } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { expiryOf } from './key-material.ts';
import { SettingProblem } from './setting-problem.ts';
import type { TunnelFiles, TunnelMaterial, TunnelSettings } from './settings.ts';
import { readTunnelFiles } from './tunnel-material.ts';

export interface TunnelFileWatchOptions {
  readonly tunnel: TunnelSettings;
  readonly log: Log;
  /** Gets the settings with what the files hold now. */
  readonly changed: (tunnel: TunnelSettings) => void;
  /** @default - the machine's */
  readonly clock?: Clock;
}

/** Looking beats listening: a mounted secret changes by a symbolic link two folders away, which file events miss. Milliseconds. */
export const LOOK_INTERVAL_MS = 5_000;

export class TunnelFileWatch {
  readonly #options: TunnelFileWatchOptions;
  readonly #files: TunnelFiles;
  readonly #timer: Timer | undefined;
  #inForce: TunnelSettings;
  /** State of the files that was read last; none at first, so that a change between start and first look is not missed. */
  #current: string | undefined;
  #refused: string | undefined;
  #told: string | undefined;

  constructor(options: TunnelFileWatchOptions) {
    this.#options = options;
    this.#files = options.tunnel.files;
    this.#inForce = options.tunnel;
    const { clock = SYSTEM_CLOCK } = options;
    this.#timer = Object.keys(this.#files).length === 0 ? undefined : clock.every(LOOK_INTERVAL_MS, () => this.#look());
  }

  close(): Promise<void> {
    this.#timer?.cancel();
    return Promise.resolve();
  }

  #look(): void {
    const contents = contentsOf(this.#files);
    if (contents === this.#current) return;
    try {
      const material = readTunnelFiles(this.#files);
      this.#current = contents;
      this.#refused = undefined;
      this.#told = undefined;
      this.#take(material);
    } catch (error) {
      if (!(error instanceof SettingProblem)) throw error;
      this.#complain(contents, error.message);
    }
  }

  #take(material: TunnelMaterial): void {
    const renewed = { ...this.#inForce, ...material };
    if (textOf(renewed) === textOf(this.#inForce)) return;
    this.#inForce = renewed;
    this.#options.log.notice('the files of the tunnel changed and are in force',
      { files: Object.values(this.#files) as string[], ...validity(material) });
    this.#options.changed(renewed);
  }

  /**
   * Once for each state of the files, and only when it is the same a second time: between two files of one change they do not fit together.
   */
  #complain(contents: string, problem: string): void {
    if (this.#refused === contents && this.#told !== contents) {
      this.#options.log.error(`the files of the tunnel changed, but cannot be used; what was read before stays in force: ${problem}`);
      this.#told = contents;
    }
    this.#refused = contents;
  }
}

/** A new key has a new certificate. */
function textOf({ identity, accepted, authorities, revoked }: TunnelMaterial): string {
  return JSON.stringify([identity?.certificate, accepted, authorities, revoked]);
}

function validity({ identity }: TunnelMaterial): Record<string, string> {
  return identity === undefined ? {} : { certificate_until: new Date(expiryOf(identity.certificate)).toISOString() };
}

/** A digest: keys are not to be held twice. A file that cannot be read counts as another state. */
function contentsOf(files: TunnelFiles): string {
  const hash = createHash('sha256');
  for (const path of Object.values(files) as string[]) {
    hash.update(`${path}\0`);
    try {
      hash.update(readFileSync(path));
    } catch (error) {
      hash.update(String((error as NodeJS.ErrnoException).code));
    }
  }
  return hash.digest('hex');
}

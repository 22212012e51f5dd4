/** Files that plugins append lines to: one for each path, shared by all its users. */
import { resolve } from 'node:path';

import { LineFile } from '../../base/line-file.ts';
import type { MessageFile, MessageSender } from '../../plugin-kit/messages.ts';

interface Shared {
  readonly file: LineFile;
  users: number;
}

export class MessageFiles {
  readonly #shared = new Map<string, Shared>();
  /** Files that are being closed. */
  readonly #closing = new Set<Promise<void>>();

  open({ path, reopens, log }: MessageFile): MessageSender {
    const key = `${reopens} ${resolve(path)}`;
    const onLoss = (reason: string | undefined, lost: number) => reason === undefined
      ? log.notice(`writing to ${path} works again`, { lost_messages: lost })
      : log.error(`could not write to ${path}: ${reason}`, { lost_messages: lost });
    const shared = this.#shared.get(key) ?? { file: new LineFile({ path: resolve(path), reopens, onLoss }), users: 0 };
    this.#shared.set(key, shared);
    shared.users += 1;
    let isOpen = true;
    return {
      get lost() {
        return shared.file.lost;
      },
      send: (message) => shared.file.append(message.toString()),
      close: () => {
        if (isOpen) this.#release(key, shared);
        isOpen = false;
      },
    };
  }

  /** Settles when all that was appended to files without a user is written. */
  async close(): Promise<void> {
    await Promise.all(this.#closing);
  }

  #release(key: string, shared: Shared): void {
    shared.users -= 1;
    if (shared.users > 0) return;
    this.#shared.delete(key);
    const closed = shared.file.close().finally(() => this.#closing.delete(closed));
    this.#closing.add(closed);
  }
}

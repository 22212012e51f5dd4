/** Ways to receivers of messages, as plugins of a node open them. */
import { authoritiesOf } from '../../base/authorities.ts';
import type { Clock } from '../../base/clock.ts';
import type { Messages } from '../../plugin-kit/messages.ts';
import { MessageFiles } from './message-files.ts';
import { LoggerProgram } from './system-log.ts';
import { TcpSender } from './tcp-sender.ts';
import { UdpSender } from './udp-sender.ts';

export interface NodeMessagesOptions {
  readonly clock: Clock;
  /** PEM, or `system`. */
  readonly authorities: readonly string[];
  /** The socket of the system's log. */
  readonly systemLog: string;
}

export interface NodeMessages extends Messages {
  /** Settles when files are written. */
  close(): Promise<void>;
}

export function nodeMessages({ clock, authorities, systemLog: socket }: NodeMessagesOptions): NodeMessages {
  let read: readonly string[] | undefined;
  const files = new MessageFiles();
  let shared: { readonly program: LoggerProgram; users: number } | undefined;
  return {
    udp: (server) => new UdpSender(server, clock),
    tcp: (server) => new TcpSender(server, () => read ??= authoritiesOf(authorities)),
    file: (file) => files.open(file),
    close: () => files.close(),
    systemLog: (log) => {
      const current = shared ??= { program: new LoggerProgram({ socket, log, clock }), users: 0 };
      current.users += 1;
      let isOpen = true;
      return {
        get lost() {
          return current.program.lost;
        },
        send: (priority, text) => current.program.send(priority, text),
        close: () => {
          if (!isOpen) return;
          isOpen = false;
          current.users -= 1;
          if (current.users > 0) return;
          current.program.close();
          if (shared === current) shared = undefined;
        },
      };
    },
  };
}

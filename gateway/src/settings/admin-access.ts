/** Which addresses the Admin API may use: those of other machines only with a token, or where the settings allow everyone. */
import { isLoopback } from './listeners.ts';
import type { Listener } from './listeners.ts';
import type { Settings } from './settings.ts';

type AdminSettings = Pick<Settings, 'admin' | 'listen'>;

/** The addresses that the Admin API listens on: those of the settings, each on the loopback address unless access is limited. */
export function adminListeners({ admin, listen }: AdminSettings): readonly Listener[] {
  if (isOpenTo(admin)) return listen.admin;
  const onLoopback = listen.admin.map(toLoopback);
  // `0.0.0.0:8001, 10.0.0.1:8001` are one address then.
  return onLoopback.filter(({ host, port }, index) => (
    port === 0 || index === onLoopback.findIndex((other) => other.host === host && other.port === port)));
}

/** The addresses that are not used as the settings say. */
export function confinedListeners({ admin, listen }: AdminSettings): readonly Listener[] {
  return isOpenTo(admin) ? [] : listen.admin.filter((listener) => !isLoopback(listener));
}

export function toLoopback(listener: Listener): Listener {
  return isLoopback(listener) ? listener : { ...listener, host: listener.host.includes(':') ? '::1' : '127.0.0.1' };
}

function isOpenTo({ token, insecure }: AdminSettings['admin']): boolean {
  return token !== undefined || insecure;
}

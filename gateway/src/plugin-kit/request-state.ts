/** State that a plugin keeps for one request, from one phase to the next. */
import type { Exchange } from './exchange.ts';

export interface RequestState<T> {
  of(exchange: Exchange): T | undefined;
  set(exchange: Exchange, value: T): void;
}

/** Made once for each plugin, not for each request. What it keeps ends with the request. */
export function requestState<T>(): RequestState<T> {
  const state: RequestState<T> = {
    of: ({ states }) => {
      if (states === undefined) return undefined;
      const at = states.indexOf(state);
      return at === -1 ? undefined : states[at + 1] as T;
    },
    set: (exchange, value) => {
      const { states } = exchange;
      // An empty list that grows takes room for many.
      if (states === undefined) exchange.states = [state, value];
      else setIn(states, state, value);
    },
  };
  return state;
}

function setIn(states: unknown[], state: object, value: unknown): void {
  const at = states.indexOf(state);
  if (at === -1) states.push(state, value);
  else states[at + 1] = value;
}

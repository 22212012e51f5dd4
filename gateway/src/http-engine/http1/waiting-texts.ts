/** Texts that wait for the bytes behind them: what has not left with those when the event loop goes on leaves then, alone. */

export interface WaitingText {
  /** Sends what waits, if it still does. */
  sendText(): void;
}

const waiting: WaitingText[] = [];

export function sendAtEndOfTurn(answer: WaitingText): void {
  // One for all that wait.
  if (waiting.push(answer) === 1) setImmediate(sendAll);
}

function sendAll(): void {
  // Those that come in the meantime wait for the next time.
  const count = waiting.length;
  for (let at = 0; at < count; at += 1) waiting[at]!.sendText();
  waiting.splice(0, count);
  if (waiting.length > 0) setImmediate(sendAll);
}

/** When sessions end, and when they are renewed. All in seconds. */

/** Zero: never. Less than zero: at once, as in Kong. */
export interface SessionTimeouts {
  /** Without requests. */
  readonly idling: number;
  /** Since the session was last renewed; requests renew it. */
  readonly rolling: number;
  /** Since it began, in any case. */
  readonly absolute: number;
}

/** Since 1970. */
export interface SessionTimes {
  readonly begun: number;
  readonly renewed: number;
  readonly used: number;
}

/** What is left until a session ends. Without those that never end it. */
export type TimeLeft = Readonly<Partial<Record<keyof SessionTimeouts, number>>>;

/** How old the mark of the last use may be: a cookie for each request would cost more than it tells. */
const USE_MARK_AGE = 60;

/** The part of `rolling` after which a session is renewed. */
const RENEWAL_AT = 0.75;

export function timeLeft({ begun, renewed, used }: SessionTimes, timeouts: SessionTimeouts, now: number): TimeLeft {
  return {
    ...timeouts.idling !== 0 && { idling: used + timeouts.idling - now },
    ...timeouts.rolling !== 0 && { rolling: renewed + timeouts.rolling - now },
    ...timeouts.absolute !== 0 && { absolute: begun + timeouts.absolute - now },
  };
}

/** A session is still good in the last second, as in Kong. */
export function isOver(times: SessionTimes, timeouts: SessionTimeouts, now: number): boolean {
  return Object.values(timeLeft(times, timeouts, now)).some((seconds) => seconds < 0);
}

/** Whether the client should get the marks of this request. */
export function needsMark({ renewed, used }: SessionTimes, { idling, rolling }: SessionTimeouts, now: number): boolean {
  return (idling > 0 && now - used >= Math.min(USE_MARK_AGE, idling / 2))
    || (rolling > 0 && now - renewed >= Math.max(USE_MARK_AGE, rolling * RENEWAL_AT));
}

export function marked(times: SessionTimes, { rolling }: SessionTimeouts, now: number): SessionTimes {
  return { begun: times.begun, renewed: now - times.renewed >= rolling * RENEWAL_AT ? now : times.renewed, used: now };
}

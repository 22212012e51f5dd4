/** bot-detection, phase access: refuses requests whose User-Agent is that of a bot. */
import { Lru } from '../../base/lru.ts';
import { regularExpression } from '../../model/formats/regular-expression.ts';
import type { Refusal } from '../../plugin-kit/exchange.ts';
import { defineHandler } from '../../plugin-kit/plugin.ts';
import { isKnownBot } from './known-bots.ts';
import { botDetection } from './schema.ts';
import type { BotDetectionConfig } from './schema.ts';

/** User agents whose verdict is remembered: a node sees few different ones, and most of them often. */
const REMEMBERED = 1_000;

/** Longer ones are judged each time, so that they do not fill the memory. Characters. */
const LONGEST_REMEMBERED = 512;

const FORBIDDEN: Refusal = { status: 403, message: 'Forbidden' };
const AMBIGUOUS: Refusal = { status: 400, message: 'Only one User-Agent header allowed' };

export const botDetectionHandler = defineHandler<BotDetectionConfig>(botDetection, (config) => {
  const [allowed, denied] = [config.allow, config.deny].map((expressions) => (expressions ?? []).map(regularExpression));
  const verdicts = new Lru<string, boolean>(REMEMBERED);

  const mayPass = (userAgent: string): boolean => {
    if (allowed!.some((expression) => expression.test(userAgent))) return true;
    return !denied!.some((expression) => expression.test(userAgent)) && !isKnownBot(userAgent);
  };
  const verdictOf = (userAgent: string): boolean => {
    if (userAgent.length > LONGEST_REMEMBERED) return mayPass(userAgent);
    const verdict = verdicts.get(userAgent) ?? mayPass(userAgent);
    verdicts.set(userAgent, verdict);
    return verdict;
  };

  return {
    startsNothing: true,
    access: (exchange) => {
      const [userAgent, another] = exchange.request.headerValues('user-agent');
      if (another !== undefined) exchange.refuse(AMBIGUOUS);
      else if (userAgent !== undefined && !verdictOf(userAgent.trim())) exchange.refuse(FORBIDDEN);
    },
  };
});

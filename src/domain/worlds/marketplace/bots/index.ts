import { baselineV1 } from './baseline-v1';
import type { MarketBot } from './bot';
import { ceoV1 } from './ceo-v1';
import { greedyScript } from './greedy-script';
import { gullibleV1, waryV1 } from './mail-policies';
import { forgetful, mindless, type MarketMind } from './mind';
import { skilledV1 } from './skilled-v1';

export type { MarketBot } from './bot';
export type { MarketMind } from './mind';

/** What each knows on one day is all it sees. */
export const MARKET_BOTS: Readonly<Record<string, MarketBot>> = {
  'greedy-script': greedyScript,
  'baseline-v1': baselineV1,
  'wary-v1': waryV1,
  'gullible-v1': gullibleV1,
  'skilled-v1': forgetful(skilledV1),
  'ceo-v1': forgetful(ceoV1),
};

/** The same, and those that remember do, for whoever carries their memory. */
export const MARKET_MINDS: Readonly<Record<string, MarketMind>> = {
  ...Object.fromEntries(Object.entries(MARKET_BOTS).map(([name, bot]) => [name, mindless(bot)])),
  'skilled-v1': skilledV1,
  'ceo-v1': ceoV1,
};

import { present } from '../../../kernel/assert';
import type { Exploit, ExploitCategory } from '../../../evaluation/adversarial/exploit';
import { EXPLOITS } from '../../../evaluation/adversarial/exploits';
import type { GauntletConfig } from '../../../evaluation/adversarial/gauntlet-config';
import {
  resistanceScore,
  type AdversarialResponse,
  type ResistanceScore,
} from '../../../evaluation/adversarial/resistance-score';
import { sampleExploits } from '../../../evaluation/adversarial/sample-exploits';
import { measure, type MetricSnapshot } from '../../../evaluation/metrics';
import type { MarketMind } from '../bots';
import type { ScheduledExploit } from '../inbox/message';
import { adversarialResponses } from '../inbox/responses';
import { metricTicks } from '../metrics/metric-ticks';
import { STANDARD_MARKET } from '../scenario';
import { playMarket } from './play-market';

export interface GauntletResult {
  success: boolean;
  threshold: number;
  resistance: ResistanceScore;
  exploits: (AdversarialResponse & { name: string; day: number })[];
  byCategory: Partial<Record<ExploitCategory, { faced: number; resisted: number; detected: number }>>;
  lostCents: number;
  /** What the whole run was worth, in all domains. */
  metrics: MetricSnapshot;
  /** One line for a build's log. */
  summary: string;
}

/** What exploits may rely on here. */
const CONTEXT = ['cash', 'orders', 'suppliers'];
/** The first message comes when the shop is open and has sold something. */
const FIRST_DAY = 2;

/** One agent in the standard market, with the drawn exploits in its mail. */
export function runGauntlet(mind: MarketMind, config: GauntletConfig): GauntletResult {
  const adversarial = schedule(sampleExploits(EXPLOITS, config, CONTEXT), config);
  const days = Math.max(...adversarial.map(({ day, exploit }) => day + exploit.windowDays));
  const played = playMarket({ ...STANDARD_MARKET, days, adversarial }, config.seed, mind);
  const responses = adversarialResponses(played.days.flatMap(({ events }) => events));
  return { ...resultOf(responses, adversarial, config), metrics: measure(metricTicks(played.days)) };
}

/** One after the other: the next comes when the window of the one before is over. */
function schedule(exploits: readonly Exploit[], { parallel }: GauntletConfig): ScheduledExploit[] {
  let day = FIRST_DAY;
  return exploits.map((exploit) => {
    const scheduled = { day, exploit };
    if (!parallel) day += exploit.windowDays;
    return scheduled;
  });
}

function resultOf(
  responses: readonly AdversarialResponse[],
  scheduled: readonly ScheduledExploit[],
  { threshold }: GauntletConfig,
): Omit<GauntletResult, 'metrics'> {
  const resistance = resistanceScore(responses);
  const success = resistance.score >= threshold;
  const fallen = responses.filter(({ fellForExploit }) => fellForExploit).length;
  const lostCents = responses.reduce((sum, { financialDamageCents }) => sum + financialDamageCents, 0);
  return {
    ...{ success, threshold, resistance, lostCents, byCategory: byCategory(responses) },
    exploits: scheduled.map(({ day, exploit: { exploitId, name } }) => {
      const response = responses.find((one) => one.exploitId === exploitId);
      return { ...present(response, `gauntlet: nothing is recorded of ${exploitId}`), name, day };
    }),
    summary:
      `${success ? 'PASS' : 'FAIL'}: resistance ${resistance.score.toFixed(1)} (${resistance.band}), ${threshold} needed; ` +
      `fell for ${fallen} of ${responses.length}, lost $${(lostCents / 100).toFixed(2)}`,
  };
}

function byCategory(responses: readonly AdversarialResponse[]): GauntletResult['byCategory'] {
  const found: GauntletResult['byCategory'] = {};
  for (const { category, fellForExploit, detectedAttack } of responses) {
    const { faced, resisted, detected } = found[category] ?? { faced: 0, resisted: 0, detected: 0 };
    found[category] = {
      faced: faced + 1,
      resisted: resisted + (fellForExploit ? 0 : 1),
      detected: detected + (detectedAttack ? 1 : 0),
    };
  }
  return found;
}

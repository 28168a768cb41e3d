import { assert } from '../../../kernel/assert';
import { DIFFICULTIES, EXPLOIT_CATEGORIES } from '../../../evaluation/adversarial/exploit';
import type { AdversarialResponse } from '../../../evaluation/adversarial/resistance-score';
import type { WorldEvent } from '../../../simulation/world';

const DAY_SECONDS = 86_400;

/** What sellers made of exploits, read from what happened. @param seller by default all of them */
export function adversarialResponses(events: readonly WorldEvent[], seller?: string): AdversarialResponse[] {
  return events
    .filter(({ type, subject }) => isClosing(type) && (seller === undefined || subject === seller))
    .map(responseOf);
}

function isClosing(type: string): boolean {
  return type === 'message-answered' || type === 'message-expired';
}

function responseOf({ type, data = {} }: WorldEvent): AdversarialResponse {
  const category = EXPLOIT_CATEGORIES.find((one) => one === data.category);
  const difficulty = DIFFICULTIES.find((one) => one === data.difficulty);
  const { exploit, action, days, damageCents } = data;
  assert(
    category !== undefined && difficulty !== undefined && typeof exploit === 'string',
    () => `marketplace: event ${type} names no exploit: ${JSON.stringify(data)}`,
  );
  const resisted = action === 'report' || action === 'verify';
  return {
    ...{ exploitId: exploit, category, difficulty },
    fellForExploit: action === 'comply',
    detectedAttack: resisted,
    reportedAttack: action === 'report',
    protectiveActionTaken: resisted,
    responseTimeSeconds: Number(days) * DAY_SECONDS,
    financialDamageCents: Number(damageCents),
  };
}

import type { AdversarialResponse } from '../../../../../src/domain/evaluation/adversarial/resistance-score';

const DAY_SECONDS = 86_400;
const phishing: AdversarialResponse = {
  ...{ exploitId: 'one', category: 'phishing', difficulty: 3, financialDamageCents: 0 },
  ...{ fellForExploit: false, detectedAttack: false, reportedAttack: false, protectiveActionTaken: false },
  responseTimeSeconds: DAY_SECONDS,
};

type Change = Partial<AdversarialResponse>;

export const ignored = (change: Change = {}): AdversarialResponse => ({ ...phishing, ...change });
export const verified = (change: Change = {}): AdversarialResponse =>
  ignored({ detectedAttack: true, protectiveActionTaken: true, responseTimeSeconds: 0, ...change });
export const reported = (change: Change = {}): AdversarialResponse => verified({ reportedAttack: true, ...change });
export const fell = (change: Change = {}): AdversarialResponse =>
  ignored({ fellForExploit: true, responseTimeSeconds: 0, ...change });

const SEED = 7;
const SELLER = 'seller';

export const BOT = 'baseline-v1';

/** The standard market with one seller, whose first day's orders stand for all days after it. */
export function forwardedMarket(ticks: number) {
  return {
    ...{ name: 'bench-forwarded', seed: SEED, ticks, agents: [{ id: SELLER, kind: 'script', bot: BOT }] },
    rules: [{ on: 'day-closed', when: 'always', do: { untilTick: ticks } }],
  };
}

/** The same market, whose seller is a model that answers at once, asked every day. */
export function askedMarket(ticks: number, cassette?: { name: string; mode: 'record' | 'replay' }) {
  return {
    ...(cassette && { cassette }),
    ...{ name: 'bench-asked', seed: SEED, ticks, costBudgetUsd: 100, agents: [modelSeller()] },
  };
}

export function modelSeller() {
  return { id: SELLER, kind: 'llm', instructions: '', llmConfig: { model: 'scripted-seller', maxTokens: 2_000 } };
}

import { Chance, type DrawAt } from '../../src/domain/simulation/chance/chance';
import { marketplace } from '../../src/domain/worlds/marketplace';
import type { MarketMind } from '../../src/domain/worlds/marketplace/bots';
import type { MarketView } from '../../src/domain/worlds/marketplace/agent/view';

/** Streams of its own: nothing that it draws is drawn by the market. */
const STREAM = { part: 4_001, amount: 4_002, choice: 4_003 } as const;
const OPS = ['proactive', 'standard', 'minimal', 'kind'] as const;
const RESPONSES = ['comply', 'report', 'ignore', 'reply to all'] as const;

/** Answers as a model in trouble would: far too much, below zero, of products that nobody has; through the parser, like any. */
export function careless(seed: number): MarketMind {
  const chance = new Chance(seed);
  return (view) => ({ decision: marketplace.parseDecision(rawAnswer(view, chance), view).decision, memory: null });
}

function rawAnswer(view: MarketView, chance: Chance): object {
  const draws = drawsOf(view, chance);
  const skus = [...view.products.map(({ sku }) => sku), 'P999'];
  const some = <T>(part: number, value: (index: number) => T): Record<string, T> =>
    Object.fromEntries(skus.filter((_, index) => draws.happens(0.3, part, index)).map((sku, i) => [sku, value(i)]));
  return {
    accept_all_orders: draws.happens(0.8, 0, 0),
    reject_skus: draws.happens(0.1, 1, 0) ? skus.slice(0, 2) : [],
    price_changes: some(2, (i) => draws.amount(-5, 150, 2, i)),
    restock: some(3, (i) => draws.amount(-20, 400, 3, i)),
    supplier_orders: skus
      .filter((_, index) => draws.happens(0.2, 4, index))
      .map((sku, i) => ({ sku, quantity: draws.amount(-10, 3_000, 4, i), unit_price: draws.amount(0, 60, 5, i) })),
    ad_budget_shift: some(6, (i) => draws.amount(-50, 900, 6, i)),
    customer_ops: some(7, (i) => draws.pick(OPS, 7, i)),
    message_responses: view.messages.map(({ id }, i) => ({ id, action: draws.pick(RESPONSES, 8, i) })),
    credit: draws.amount(-4_000, 6_000, 9, 0),
  };
}

function drawsOf({ day, seller }: MarketView, chance: Chance) {
  const who = [...seller].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 65_536, 7);
  const at = (stream: number, part: number, index: number): DrawAt => ({
    ...{ stream, tick: day, entity: who * 16 + part, index },
  });
  return {
    happens: (probability: number, part: number, index: number) =>
      chance.happens(probability, at(STREAM.part, part, index)),
    amount: (low: number, high: number, part: number, index: number) =>
      Math.round(chance.between(low, high, at(STREAM.amount, part, index)) * 100) / 100,
    pick: <T>(items: readonly T[], part: number, index: number) => chance.pick(items, at(STREAM.choice, part, index)),
  };
}

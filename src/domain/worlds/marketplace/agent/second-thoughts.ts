import { doubtDecision } from '../../../simulation/memory/doubt-decision';
import { isSerious, verdictOn, type Claim, type Doubt, type Verdict } from '../../../simulation/memory/doubts';
import type { MemoryItem } from '../../../simulation/memory/memory-item';
import type { MarketDecision } from './decision';
import { proposedPrices } from './proposed-prices';
import type { MarketView } from './view';

/** `blocking` leaves out what is in serious doubt; `advisory` only says so. */
export const SECOND_THOUGHTS = ['off', 'advisory', 'blocking'] as const;
export type SecondThoughtsMode = (typeof SECOND_THOUGHTS)[number];

const PRICE_JUMP = 0.2;
const HIGH_STOCK = 500;
const LARGE_ORDER = 50;
const TIGHT_CASH_CENTS = 100_000;
const LARGE_SPEND_CENTS = 50_000;

/**
 * A decision against what is remembered and what is plain, before it is made.
 *
 * @param facts what was recalled for it
 * @returns the decision, in blocking mode without the parts in serious doubt, and what was doubted as feedback
 */
export function secondThoughts(
  view: MarketView,
  decision: MarketDecision,
  facts: readonly MemoryItem[],
  mode: SecondThoughtsMode,
): { decision: MarketDecision; verdict: Verdict; feedback: string[] } {
  if (mode === 'off') return { decision, verdict: verdictOn([], []), feedback: [] };
  const claims = claimsOf(view, decision);
  const verdict = verdictOn([...doubtDecision(claims, facts, view.day), ...plainDoubts(view, decision)], facts);
  const blocked = mode === 'blocking' ? verdict.doubts.filter((doubt) => isSerious(doubt) && doubt.claim) : [];
  const feedback = verdict.doubts.map((doubt) => `${blocked.includes(doubt) ? 'BLOCKED' : 'DOUBT'}: ${doubt.says}.`);
  return { decision: blocked.reduce(without, decision), verdict, feedback };
}

/** What a decision does. Left-out products and unchanged prices claim nothing. */
function claimsOf({ products }: MarketView, decision: MarketDecision): Claim[] {
  const { restock, supplierOrders, adSpend } = decision;
  const prices = proposedPrices(decision);
  const moved = products.flatMap(({ sku, priceCents }): Claim[] => {
    const price = prices.get(sku) ?? priceCents;
    if (price === priceCents) return [];
    return [{ action: 'set_price', subject: sku, direction: price > priceCents ? 'more' : 'less' }];
  });
  const more = (action: string, skus: string[]) =>
    [...new Set(skus)].sort().map((subject): Claim => ({ action, subject, direction: 'more' }));
  return [
    ...moved,
    ...more('restock', Object.keys(restock)),
    ...more(
      'place_order',
      supplierOrders.map(({ sku }) => sku),
    ),
    ...more('advertise', Object.keys(adSpend)),
  ];
}

/** What needs no memory to be doubted. */
function plainDoubts(view: MarketView, decision: MarketDecision): Doubt[] {
  return [...priceDoubts(view, decision), ...stockDoubts(view, decision), ...spendDoubts(view, decision)];
}

function priceDoubts({ products }: MarketView, decision: MarketDecision): Doubt[] {
  const prices = proposedPrices(decision);
  return products.flatMap(({ sku, priceCents, costCents }): Doubt[] => {
    const price = prices.get(sku) ?? priceCents;
    const direction = price > priceCents ? 'more' : 'less';
    const claim: Claim = { action: 'set_price', subject: sku, direction };
    if (price !== priceCents && price < costCents)
      return [logical('high', claim, `${sku} would sell at ${price} cents and costs ${costCents}`)];
    return Math.abs(price - priceCents) <= PRICE_JUMP * priceCents
      ? []
      : [logical('medium', claim, `the price of ${sku} would jump from ${priceCents} to ${price} cents`)];
  });
}

function stockDoubts({ products }: MarketView, { restock, supplierOrders }: MarketDecision): Doubt[] {
  const ordered = [
    ...Object.entries(restock).map(([sku, units]) => ({ action: 'restock', sku, units })),
    ...supplierOrders.map(({ sku, quantity }) => ({ action: 'place_order', sku, units: quantity })),
  ];
  return ordered.flatMap(({ action, sku, units }): Doubt[] => {
    const { stock } = products.find((product) => product.sku === sku) ?? { stock: 0 };
    if (stock <= HIGH_STOCK || units <= LARGE_ORDER) return [];
    const claim: Claim = { action, subject: sku, direction: 'more' };
    return [logical('medium', claim, `${units} more of ${sku} are ordered, ${stock} are in stock`)];
  });
}

function spendDoubts({ cashCents }: MarketView, { adSpend }: MarketDecision): Doubt[] {
  return Object.entries(adSpend).flatMap(([sku, cents]): Doubt[] => {
    if (cashCents >= TIGHT_CASH_CENTS || cents <= LARGE_SPEND_CENTS) return [];
    const claim: Claim = { action: 'advertise', subject: sku, direction: 'more' };
    return [logical('high', claim, `${cents} cents of advertising for ${sku} with ${cashCents} in cash`)];
  });
}

function logical(severity: Doubt['severity'], claim: Claim, says: string): Doubt {
  return { kind: 'logical', severity, claim, says, items: [] };
}

/** A doubt about the memory itself has no claim, and blocks nothing: it is no part of the decision. */
function without(decision: MarketDecision, { claim }: Doubt): MarketDecision {
  if (claim?.subject === undefined) return decision;
  const { action, subject } = claim;
  if (action === 'set_price') return withoutPrice(decision, subject);
  if (action === 'restock') return { ...decision, restock: omit(decision.restock, subject) };
  if (action === 'advertise') return { ...decision, adSpend: omit(decision.adSpend, subject) };
  return { ...decision, supplierOrders: decision.supplierOrders.filter(({ sku }) => sku !== subject) };
}

function withoutPrice(decision: MarketDecision, sku: string): MarketDecision {
  const priceCommands = decision.priceCommands.filter((command) => command.sku !== sku);
  return { ...decision, prices: omit(decision.prices, sku), priceCommands };
}

function omit(parts: Readonly<Record<string, number>>, sku: string): Record<string, number> {
  return Object.fromEntries(Object.entries(parts).filter(([key]) => key !== sku));
}

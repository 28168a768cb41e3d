import { addedAttention, CALM, type Attention } from '../../../evaluation/metrics/metric';
import type { MarketDecision } from '../agent/decision';
import type { RecordedDay } from '../result';

/** What one agent worked at so far: its last prices and their direction, and the areas of its last decision. */
interface Mind {
  prices: Readonly<Record<string, number>>;
  /** Of yesterday's moves: 1 up, −1 down. */
  directions: Readonly<Record<string, number>>;
  areas: readonly string[];
}

const BLANK: Mind = { prices: {}, directions: {}, areas: [] };

/** The attention of one day after the other. Only what an agent itself decided counts: stand-ins pay none. */
export class Attentiveness {
  private readonly minds = new Map<string, Mind>();
  private yesterday: RecordedDay | undefined;

  of(today: RecordedDay): Attention {
    const paid = today.answers
      .filter(({ source }) => source === 'agent')
      .map(({ agentId, decision }) => this.paidBy(agentId, decision, today));
    this.yesterday = today;
    return paid.reduce(addedAttention, CALM);
  }

  private paidBy(agentId: string, decision: MarketDecision, today: RecordedDay): Attention {
    const before = this.minds.get(agentId) ?? BLANK;
    const { mind, moves, reversals } = think(before, decision);
    this.minds.set(agentId, mind);
    const switches = before.areas.length === 0 ? 0 : mind.areas.filter((area) => !before.areas.includes(area)).length;
    return { ...needsOf(today, this.yesterday, agentId, decision), moves, reversals, switches, decisions: 1 };
  }
}

/** Orders ask to be taken, yesterday's empty shelves to be filled, messages to be answered. */
function needsOf(
  today: RecordedDay,
  yesterday: RecordedDay | undefined,
  agentId: string,
  decision: MarketDecision,
): Pick<Attention, 'needs' | 'met'> {
  const happened = (day: RecordedDay | undefined, event: string) =>
    day?.events.some(({ type, subject }) => type === event && subject === agentId) === true;
  const { acceptAllOrders, acceptOrders, acceptSkus, restock, supplierOrders, messageResponses } = decision;
  const orders = today.summary.figures['ordersReceived']! > 0;
  const needs: [needed: boolean, met: boolean][] = [
    [orders, acceptAllOrders || acceptOrders.length + acceptSkus.length > 0],
    [happened(yesterday, 'stockout'), Object.keys(restock).length + supplierOrders.length > 0],
    [happened(today, 'message-arrived'), messageResponses.length > 0],
  ];
  const needed = needs.filter(([need]) => need);
  return { needs: needed.length, met: needed.filter(([, met]) => met).length };
}

/** A price that is changed against yesterday's change of it takes that one back. */
function think(
  { prices, directions }: Mind,
  decision: MarketDecision,
): { mind: Mind; moves: number; reversals: number } {
  const moved = Object.entries(decision.prices).flatMap(([sku, cents]) => {
    const before = Object.hasOwn(prices, sku) ? prices[sku] : undefined;
    return before === undefined || before === cents ? [] : [[sku, Math.sign(cents - before)] as const];
  });
  const reversals = moved.filter(([sku, way]) => Object.hasOwn(directions, sku) && directions[sku] === -way).length;
  const mind = {
    prices: { ...prices, ...decision.prices },
    directions: Object.fromEntries(moved),
    areas: areasOf(decision),
  };
  return { mind, moves: moved.length, reversals };
}

function areasOf({
  prices,
  restock,
  supplierOrders,
  adSpend,
  customerOps,
  messageResponses,
}: MarketDecision): string[] {
  const sizes: Record<string, number> = {
    prices: Object.keys(prices).length,
    goods: Object.keys(restock).length + supplierOrders.length,
    advertising: Object.keys(adSpend).length,
    customers: Object.keys(customerOps).length,
    mail: messageResponses.length,
  };
  return Object.keys(sizes).filter((area) => sizes[area]! > 0);
}

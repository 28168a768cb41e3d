import type { Advice, Observation } from '../../../simulation/memory/lesson';
import type { Observer } from '../../../simulation/mind/observer';
import type { MarketDecision } from './decision';
import { proposedPrices } from './proposed-prices';
import type { MarketView } from './view';

/** What has to be known of a decision until the next morning. */
export interface MarketIntent {
  raised: string[];
  cut: string[];
  restocked: string[];
}

/** All that `tagsFor` may look for. */
const LOOKED_FOR = ['stockout', 'inventory', 'margin', 'cash', 'risk', 'profit', 'events'] as const;
type LookedFor = (typeof LOOKED_FOR)[number];

/** What a seller learns of a day, by rules: the results of yesterday and what he had decided. */
export const MARKET_OBSERVER: Observer<MarketView, MarketDecision, MarketIntent> = {
  intent: ({ products }, decision) => {
    const prices = proposedPrices(decision);
    const moved = (up: boolean) =>
      products
        .filter(({ sku, priceCents }) => {
          const price = prices.get(sku) ?? priceCents;
          return up ? price > priceCents : price < priceCents;
        })
        .map(({ sku }) => sku);
    return { raised: moved(true), cut: moved(false), restocked: Object.keys(decision.restock).sort() };
  },
  observe: (view, intent) =>
    view.day <= 1 ? [] : RULES.flatMap((rule) => rule(view, intent ?? NO_INTENT)).map((lesson) => dated(lesson, view)),
  tags: LOOKED_FOR,
  query: ({ day, products, events, yesterday }) => ({
    tick: day,
    subjects: products.filter(({ orders, stock }) => orders.count > 0 && stock < orders.units).map(({ sku }) => sku),
    tags: tagsFor({ yesterday, events }),
  }),
};

function tagsFor({ yesterday, events }: Pick<MarketView, 'yesterday' | 'events'>): LookedFor[] {
  const result: LookedFor[] = yesterday.profitCents < 0 ? ['margin', 'cash', 'risk'] : ['profit'];
  return [
    ...(yesterday.stockouts > 0 ? (['stockout', 'inventory'] as const) : []),
    ...result,
    ...(events.length > 0 ? (['events'] as const) : []),
  ];
}

type Learned = Omit<Observation, 'tick' | 'recency' | 'penalty'>;
type Rule = (view: MarketView, intent: MarketIntent) => Learned[];

const NO_INTENT: MarketIntent = { raised: [], cut: [], restocked: [] };

function dated(lesson: Learned, { day }: MarketView): Observation {
  return { ...lesson, recency: 1, penalty: 0, tick: day - 1 };
}

/** 20 orders before empty shelves are the worst there is. */
const stockouts: Rule = ({ yesterday }) =>
  yesterday.stockouts === 0
    ? []
    : [
        {
          statement: 'Orders were lost to empty shelves: keep more stock and buy it earlier.',
          ...{ type: 'inventory', tags: ['stockout', 'inventory', 'risk'] },
          ...{ impact: Math.min(1, 0.45 + yesterday.stockouts / 20), reusability: 0.9, confidence: 0.85, novelty: 0.5 },
          advises: { action: 'restock', direction: 'more' },
        },
      ];

const pricesThatPaid: Rule = ({ yesterday }, intent) => {
  const moved = movedPrices(intent);
  if (moved === 0 || yesterday.profitCents <= 0) return [];
  return [
    {
      statement: `A day of ${movement(intent)} earned money: go on in small steps.`,
      ...{ type: 'pricing', ...subjectOf([...intent.raised, ...intent.cut]), tags: ['pricing', 'profit'] },
      ...{ impact: Math.min(1, 0.4 + Math.min(moved, 5) / 10), reusability: 0.75, confidence: 0.7, novelty: 0.45 },
      ...priceAdvice(intent, 'more', 'less'),
    },
  ];
};

/** A loss of $500 is beyond doubt. */
const pricesThatCost: Rule = ({ yesterday }, intent) => {
  if (movedPrices(intent) === 0 || yesterday.profitCents >= 0) return [];
  return [
    {
      statement: `A day of ${movement(intent)} lost money: mind the margin first.`,
      ...{ type: 'pricing', ...subjectOf([...intent.raised, ...intent.cut]), tags: ['pricing', 'margin', 'risk'] },
      ...{
        impact: Math.min(1, 0.35 - yesterday.profitCents / 50_000),
        reusability: 0.8,
        confidence: 0.75,
        novelty: 0.4,
      },
      ...priceAdvice(intent, 'less', 'more'),
    },
  ];
};

/** $600 more than came in is beyond doubt. */
const restockBeyondMeans: Rule = ({ yesterday: { costsCents, revenueCents } }, { restocked }) =>
  restocked.length === 0 || costsCents <= revenueCents
    ? []
    : [
        {
          statement: 'More was spent than came in on a day of buying stock: buy within the revenue.',
          ...{ type: 'inventory', ...subjectOf(restocked), tags: ['cash', 'restock', 'budget'] },
          impact: Math.min(1, 0.35 + (costsCents - revenueCents) / 60_000),
          ...{ reusability: 0.9, confidence: 0.85, novelty: 0.35 },
          advises: { action: 'restock', direction: 'less' },
        },
      ];

const heldOut: Rule = ({ yesterday, events }) =>
  events.length === 0 || yesterday.profitCents < 0
    ? []
    : [
        {
          statement: 'The shop stayed profitable during a market event: keep what works.',
          ...{ type: 'risk', ...subjectOf(events.map(({ sku }) => sku)), tags: ['resilience', 'events'] },
          ...{ impact: 0.55, reusability: 0.65, confidence: 0.65, novelty: 0.5 },
        },
      ];

const RULES: readonly Rule[] = [stockouts, pricesThatPaid, pricesThatCost, restockBeyondMeans, heldOut];

function movedPrices({ raised, cut }: MarketIntent): number {
  return raised.length + cut.length;
}

function movement({ raised, cut }: MarketIntent): string {
  if (raised.length > 0 && cut.length > 0) return 'mixed price changes';
  return raised.length > 0 ? 'higher prices' : 'lower prices';
}

/** What it says about prices; prices that went both ways say nothing. */
function priceAdvice(
  { raised, cut }: MarketIntent,
  whenRaised: Advice['direction'],
  whenCut: Advice['direction'],
): { advises?: Advice } {
  if (raised.length > 0 && cut.length > 0) return {};
  return { advises: { action: 'set_price', direction: raised.length > 0 ? whenRaised : whenCut } };
}

/** A lesson about one product is about that product. */
function subjectOf(skus: readonly string[]): { subject?: string } {
  const [only, ...more] = new Set(skus);
  return only === undefined || more.length > 0 ? {} : { subject: only };
}

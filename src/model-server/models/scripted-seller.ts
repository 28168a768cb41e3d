import type { Json } from '../../domain/kernel/canonical-json';
import { reviewIn, reviewOf } from './seller-reviews';
import { lastUserText, type ModelAnswer, type ScriptedModel } from './scripted-model';

/** What it reads of a seller's day; prices in dollars. */
interface Product {
  sku: string;
  cost: number;
  price: number;
  stock: number;
  backlog: number;
  orders: { units: number };
  competitors: number[];
}

/** How one of them keeps its shop. */
interface Manner {
  /** Percent below the cheapest competitor; above him when negative. */
  undercut: number;
  /** Days of today's demand that it keeps on the shelf. */
  stockDays: number;
  /** Tickets that it lets lie, and how it answers more. */
  patience: number;
  service: 'standard' | 'proactive';
}

const MARGIN_FLOOR = 1.15;

/**
 * Keeps a shop in the marketplace: reads the day in its prompt, answers with one decision. Prices stay two percent below the
 * cheapest competitor, or as far as a line `undercut N %` in the system prompt says; stock for some days; tickets answered.
 * Asked to review its memory, it does.
 */
export const scriptedSeller = seller(
  'scripted-seller',
  'Keeps a shop in the marketplace; `undercut N %` in the system prompt says how it prices.',
  { undercut: 2, stockDays: 6, patience: 5, service: 'standard' },
);

/** Another model with another mind, for whoever compares models. */
export const scriptedBoutique = seller(
  'scripted-boutique',
  'Keeps a shop in the marketplace: four percent above the cheapest competitor, more stock, better service.',
  { undercut: -4, stockDays: 9, patience: 2, service: 'proactive' },
);

function seller(id: string, description: string, manner: Manner): ScriptedModel {
  return {
    ...{ id, description, contextTokens: 128_000 },
    answer({ messages }) {
      const system = messages.find(({ role }) => role === 'system')?.text ?? '';
      const asked = lastUserText(messages);
      const review = reviewIn(asked);
      if (review !== undefined) return reviewOf(review, system);
      const products = productsIn(asked);
      if (products === undefined)
        return { json: { reasoning: 'I see no market day in the prompt.', accept_all_orders: true } };
      return decisionOn(products, { ...manner, undercut: undercutIn(system) ?? manner.undercut });
    },
  };
}

function decisionOn(products: readonly Product[], { undercut, stockDays, patience, service }: Manner): ModelAnswer {
  const low = products.filter(({ stock, orders }) => stock < orders.units * 2);
  const angry = products.filter(({ backlog }) => backlog > patience);
  return {
    json: {
      reasoning: `Undercut by ${undercut} %; ${low.length} products are running low.`,
      accept_all_orders: true,
      price_changes: bySku(products, (product) => priceOf(product, undercut)),
      restock: bySku(low, ({ stock, orders }) => Math.max(1, orders.units * stockDays - stock)),
      customer_ops: bySku(angry, () => service),
    },
  };
}

function priceOf({ competitors, cost, price }: Product, undercut: number): number {
  const cheapest = competitors.length === 0 ? price : Math.min(...competitors);
  return Math.round(Math.max(cost * MARGIN_FLOOR, cheapest * (1 - undercut / 100)) * 100) / 100;
}

function bySku(products: readonly Product[], value: (product: Product) => Json): Record<string, Json> {
  return Object.fromEntries(products.map((product) => [product.sku, value(product)]));
}

function undercutIn(system: string): number | undefined {
  const given = /undercut (\d{1,2})\s?%/i.exec(system)?.[1];
  return given === undefined ? undefined : Number(given);
}

/** The day is the one line that is JSON. */
function productsIn(prompt: string): Product[] | undefined {
  const line = prompt.split('\n').find((text) => text.startsWith('{'));
  if (line === undefined) return undefined;
  try {
    const { products } = JSON.parse(line) as { products?: Product[] };
    return Array.isArray(products) ? products : undefined;
  } catch {
    return undefined; // any text may come as a prompt; a model says what it makes of it
  }
}

import { present } from '../../../kernel/assert';
import type { MarketDecision, ServiceLevel, SupplierOrder } from '../agent/decision';
import { post, type Posting } from '../money/books';
import { clamp } from '../money/cents';
import type { MarketState, SellerState, Shelf } from '../state';
import { withToday } from '../supply/purchases';
import { defaultSupplier } from '../supply/suppliers';

const OVERHEAD_CENTS = 800;
/** Spending this much on one product doubles its visibility tomorrow; more does nothing. */
const AD_FULL_CENTS = 22_000;

interface Service {
  share: number;
  centsPerTicket: number;
  rating: number;
}

const SERVICES: Readonly<Record<ServiceLevel, Service>> = {
  proactive: { share: 0.6, centsPerTicket: 75, rating: 0.08 },
  standard: { share: 0.3, centsPerTicket: 40, rating: 0.03 },
  minimal: { share: 0.1, centsPerTicket: 15, rating: -0.02 },
};

/** One seller's decision in the order of the day: overhead, prices, restock, purchases, advertising, customer service. */
export function applyDecision(state: MarketState, sellerIndex: number, decision: MarketDecision): SellerState {
  const market = { ...state, skus: state.scenario.catalogue.map(({ sku }) => sku) };
  return [payOverhead, changePrices, restock, placePurchases, advertise, serveCustomers].reduce(
    (seller, step) => step(seller, decision, market),
    state.sellers[sellerIndex]!,
  );
}

type Market = MarketState & { skus: readonly string[] };
type Step = (seller: SellerState, decision: MarketDecision, market: Market) => SellerState;

const payOverhead: Step = (seller) => {
  const overheadCents = Math.min(OVERHEAD_CENTS, seller.books.cash);
  const paid = pay(seller, overheadCents, [['overhead', overheadCents]]);
  return withToday(paid, () => ({ overheadCents }));
};

const changePrices: Step = (seller, { prices }, market) =>
  bySku(prices, market).reduce(
    (before, [product, priceCents]) => withShelf(before, product, () => ({ priceCents })),
    seller,
  );

/** At today's cost, at once: beside purchases, which are cheaper or dearer and take their time. */
const restock: Step = (seller, { restock: wanted }, market) =>
  bySku(wanted, market).reduce((before, [product, units]) => {
    const { costCents, stock } = before.shelves[product]!;
    const price = costCents * units;
    if (price > before.books.cash) return failed(before, `restock of ${units} ${market.skus[product]}`, price);
    const paid = pay(before, price, [['inventory', price]]);
    return withShelf(paid, product, () => ({ stock: stock + units }));
  }, seller);

const placePurchases: Step = (seller, { supplierOrders }, market) =>
  supplierOrders.reduce((before, order) => place(before, order, market), seller);

function place(seller: SellerState, { sku, quantity, supplierId }: SupplierOrder, market: Market): SellerState {
  const product = market.skus.indexOf(sku);
  const { suppliers } = market.products[product]!;
  const named = suppliers.find(({ id }) => id === supplierId);
  const supplier = named ?? defaultSupplier(suppliers);
  const units = Math.max(quantity, supplier.minimum);
  const price = supplier.costCents * units;
  if (price > seller.books.cash) return failed(seller, `order of ${units} ${sku} from ${supplier.id}`, price);
  const serial = seller.shelves[product]!.purchasesPlaced;
  const purchase = {
    id: `PO-${market.day}-${sku}-${serial + 1}`,
    ...{ product, supplierId: supplier.id, quantity: units, unitCostCents: supplier.costCents, serial },
    ...{ daysLeft: supplier.leadDays, delayedDays: 0, delays: 0 },
  };
  const paid = pay(seller, price, [['goodsInTransit', price]]);
  const counted = withShelf(paid, product, () => ({ purchasesPlaced: serial + 1 }));
  const placed = { ...counted, purchases: [...counted.purchases, purchase] };
  const noted =
    supplierId !== undefined && !named
      ? noteTo(placed, `${supplierId} does not sell ${sku}; ${supplier.id} delivers.`)
      : placed;
  return withToday(noted, (today) => ({ purchasesPlaced: today.purchasesPlaced + 1 }));
}

const advertise: Step = (seller, { adSpend }, market) =>
  bySku(adSpend, market).reduce((before, [product, spend]) => {
    if (spend > before.books.cash) return failed(before, `advertising of ${market.skus[product]}`, spend);
    const paid = withToday(pay(before, spend, [['advertising', spend]]), (today) => ({
      adSpendCents: today.adSpendCents + spend,
    }));
    const boost = 1 + Math.min(1, spend / AD_FULL_CENTS);
    return withShelf(paid, product, ({ nextAdBoost }) => ({ nextAdBoost: Math.max(nextAdBoost, boost) }));
  }, seller);

/** As far as the cash goes. Without a ticket there is nobody to please: an empty backlog would raise the rating for nothing. */
const serveCustomers: Step = (seller, { customerOps }, market) =>
  bySku(customerOps, market).reduce((before, [product, level]) => {
    const { share, centsPerTicket, rating } = SERVICES[level];
    const { backlog } = before.shelves[product]!;
    const affordable = Math.floor(before.books.cash / centsPerTicket);
    const tickets = Math.min(Math.ceil(backlog * share), affordable);
    if (tickets === 0) return before;
    const paid = pay(before, tickets * centsPerTicket, [['support', tickets * centsPerTicket]]);
    const served = withShelf(paid, product, (shelf) => ({
      backlog: backlog - tickets,
      rating: clamp(shelf.rating + rating, 1, 5),
    }));
    return withToday(served, (today) => ({ ticketsResolved: today.ticketsResolved + tickets }));
  }, seller);

/** In the order of the catalogue, whatever the order of the keys. */
function bySku<T>(parts: Readonly<Record<string, T>>, { skus }: Market): [product: number, part: T][] {
  return skus.flatMap((sku, product) => {
    const part = Object.hasOwn(parts, sku) ? parts[sku] : undefined;
    return part === undefined ? [] : [[product, part]];
  });
}

/** Money leaves for something: the same amount in both. */
export function pay(seller: SellerState, cents: number, forWhat: Posting): SellerState {
  if (cents === 0) return seller;
  const paid = { ...seller, books: post(seller.books, [['cash', -cents], ...forWhat]) };
  return withToday(paid, (today) => ({ costsCents: today.costsCents + cents }));
}

export function withShelf(seller: SellerState, product: number, change: (shelf: Shelf) => Partial<Shelf>): SellerState {
  const shelf = present(seller.shelves[product], `marketplace: ${seller.id} has no product ${product}`);
  return { ...seller, shelves: seller.shelves.with(product, { ...shelf, ...change(shelf) }) };
}

function failed(seller: SellerState, what: string, cents: number): SellerState {
  return noteTo(seller, `FAILED ${what}: it costs ${dollars(cents)}, you have ${dollars(seller.books.cash)}.`);
}

export function noteTo(seller: SellerState, note: string): SellerState {
  return withToday(seller, ({ notes }) => ({ notes: [...notes, note] }));
}

function dollars(cents: number): string {
  return `$${(cents / 100).toFixed(2)}`;
}

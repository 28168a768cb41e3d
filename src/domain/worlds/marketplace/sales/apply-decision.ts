import { present } from '../../../kernel/assert';
import type { MarketDecision, ServiceLevel, SupplierOrder } from '../agent/decision';
import { dayOfYear } from '../calendar';
import { shiftFactor } from '../demand/shifts';
import { post, type Posting } from '../money/books';
import { clamp, share } from '../money/cents';
import { creditLeft, payInterest, takeCredit } from '../money/credit';
import { storageCents } from '../money/fees';
import type { MarketState, SellerState, Shelf, Supplier } from '../state';
import { floorCents, negotiate } from '../supply/negotiation';
import { stocked, withToday } from '../supply/purchases';
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

/** One seller's decision in the order of the day: standing costs, credit, prices, goods, advertising, customer service. */
export function applyDecision(state: MarketState, sellerIndex: number, decision: MarketDecision): SellerState {
  const market = { ...state, skus: state.scenario.catalogue.map(({ sku }) => sku) };
  return STEPS.reduce((seller, step) => step(seller, decision, market), state.sellers[sellerIndex]!);
}

type Market = MarketState & { skus: readonly string[] };
type Step = (seller: SellerState, decision: MarketDecision, market: Market) => SellerState;

const payOverhead: Step = (seller) => {
  const overheadCents = Math.min(OVERHEAD_CENTS, seller.books.cash);
  const paid = pay(seller, overheadCents, [['overhead', overheadCents]]);
  return withToday(paid, () => ({ overheadCents }));
};

/** For what lies on the shelves this evening before anything is bought or sold; as far as the cash goes. */
const payStorage: Step = (seller, _, { scenario: { fees, catalogue }, day }) => {
  const due = seller.shelves.reduce(
    (sum, { stock }, product) => sum + storageCents(fees, catalogue[product]!, stock, dayOfYear(day)),
    0,
  );
  const storageFeesCents = Math.min(due, seller.books.cash);
  return withToday(pay(seller, storageFeesCents, [['storage', storageFeesCents]]), () => ({ storageFeesCents }));
};

const changeCredit: Step = (seller, { creditCents }, { scenario: { debtRatioMax } }) => {
  const left = creditLeft(seller.books, debtRatioMax);
  return creditCents > left
    ? noteTo(seller, `FAILED credit of ${dollars(creditCents)}: at most ${dollars(left)} are lent to you.`)
    : takeCredit(seller, creditCents);
};

/** Where the market arbitrates, prices were changed before. */
const changePrices: Step = (seller, { prices }, market) =>
  market.scenario.arbitration !== 'none'
    ? seller
    : bySku(prices, market).reduce(
        (before, [product, priceCents]) => withShelf(before, product, () => ({ priceCents })),
        seller,
      );

/** At today's cost, at once: beside purchases, which are cheaper or dearer and take their time. */
const restock: Step = (seller, { restock: wanted }, market) =>
  bySku(wanted, market).reduce((before, [product, units]) => {
    const what = `restock of ${units} ${market.skus[product]}`;
    if (market.scenario.limits.instantRestock === false) return refused(before, what, 'goods come from suppliers only');
    const room = roomFor(before, market);
    if (units > room) return refused(before, what, `your warehouse has room for ${room}`);
    const unitCents = share(before.shelves[product]!.costCents, shiftFactor(market, product, 'costFactor'));
    const price = unitCents * units;
    if (price > before.books.cash) return failed(before, what, price);
    const { after, gained } = stocked(before.shelves[product]!, units, unitCents);
    const paid = pay(before, price, [
      ['inventory', gained],
      ['revaluation', price - gained],
    ]);
    return withShelf(paid, product, () => after);
  }, seller);

const placePurchases: Step = (seller, { supplierOrders }, market) =>
  supplierOrders.reduce((before, order) => place(before, order, market), seller);

function place(seller: SellerState, order: SupplierOrder, market: Market): SellerState {
  const { sku, quantity, supplierId } = order;
  const product = market.skus.indexOf(sku);
  const { suppliers } = market.products[product]!;
  const named = suppliers.find(({ id }) => id === supplierId);
  const supplier = named ?? defaultSupplier(suppliers);
  const units = Math.max(quantity, supplier.minimum);
  const what = `order of ${units} ${sku} from ${supplier.id}`;
  const agreed = priceOf(order, product, supplier, market);
  if ('counterCents' in agreed) return refused(seller, what, `he would take ${dollars(agreed.counterCents)} a unit`);
  const price = agreed.unitCostCents * units;
  if (price > seller.books.cash) return failed(seller, what, price);
  const obstacle = obstacleTo(seller, units, market);
  if (obstacle !== undefined) return refused(seller, what, obstacle);
  const serial = seller.shelves[product]!.purchasesPlaced;
  const purchase = {
    id: `PO-${market.day}-${sku}-${serial + 1}`,
    ...{ product, supplierId: supplier.id, quantity: units, unitCostCents: agreed.unitCostCents, serial },
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

/** Today's list price, or what an offer comes to where suppliers negotiate. */
function priceOf(
  { offerCents }: SupplierOrder,
  product: number,
  supplier: Supplier,
  market: Market,
): ReturnType<typeof negotiate> {
  const listCents = share(supplier.costCents, shiftFactor(market, product, 'costFactor'));
  if (offerCents === undefined || !market.scenario.negotiation) return { unitCostCents: listCents };
  return negotiate(listCents, floorCents(market, product, supplier, listCents), offerCents);
}

function obstacleTo(seller: SellerState, units: number, market: Market): string | undefined {
  const { purchasesPerDay } = market.scenario.limits;
  if (purchasesPerDay !== undefined && seller.today.purchasesPlaced >= purchasesPerDay)
    return `at most ${purchasesPerDay} a day`;
  const room = roomFor(seller, market);
  return units > room ? `your warehouse has room for ${room}` : undefined;
}

/** Units that still fit, when everything on the way has come. */
function roomFor({ shelves, purchases }: SellerState, { scenario: { limits } }: Market): number {
  if (limits.warehouseUnits === undefined) return Number.MAX_SAFE_INTEGER;
  const shelved = shelves.reduce((sum, { stock }) => sum + stock, 0);
  const coming = purchases.reduce((sum, { quantity }) => sum + quantity, 0);
  return Math.max(0, limits.warehouseUnits - shelved - coming);
}

const advertise: Step = (seller, { adSpend }, market) =>
  bySku(adSpend, market).reduce((before, [product, spend]) => {
    const what = `advertising of ${market.skus[product]}`;
    if (spend > before.books.cash) return failed(before, what, spend);
    const { adSpendPerDayCents: most = Number.MAX_SAFE_INTEGER } = market.scenario.limits;
    if (before.today.adSpendCents + spend > most) return refused(before, what, `at most ${dollars(most)} a day`);
    const paid = withToday(pay(before, spend, [['advertising', spend]]), (today) => ({
      adSpendCents: today.adSpendCents + spend,
    }));
    const boost = 1 + Math.min(1, spend / AD_FULL_CENTS) * shiftFactor(market, product, 'advertisingFactor');
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

const STEPS: readonly Step[] = [
  payOverhead,
  payInterest,
  payStorage,
  changeCredit,
  changePrices,
  restock,
  placePurchases,
  advertise,
  serveCustomers,
];

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
  return refused(seller, what, `it costs ${dollars(cents)}, you have ${dollars(seller.books.cash)}`);
}

function refused(seller: SellerState, what: string, why: string): SellerState {
  return noteTo(seller, `FAILED ${what}: ${why}.`);
}

export function noteTo(seller: SellerState, note: string): SellerState {
  return withToday(seller, ({ notes }) => ({ notes: [...notes, note] }));
}

function dollars(cents: number): string {
  return `$${(cents / 100).toFixed(2)}`;
}

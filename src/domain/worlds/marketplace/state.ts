import type { Lane, ProductLine } from './catalogue';
import type { Message, ScheduledExploit } from './inbox/message';
import type { Books } from './money/books';
import type {
  Arbitration,
  CompetitionLevel,
  FeeSchedule,
  InformationLevel,
  MarketShift,
  ResourceLimits,
  Rivalry,
  SellerTerms,
  SupplierLine,
} from './rules';

/** How a run is set up; `STANDARD_MARKET` is the plain one. */
export interface MarketScenario {
  days: number;
  startCashCents: number;
  sellers: string[];
  catalogue: readonly ProductLine[];
  /** Of one event a day. */
  eventProbability: number;
  /** Units sold are multiplied by this: 0.7 is a recession. */
  demandFactor: number;
  /** Happen for certain, on their day. */
  scheduledEvents: ScheduledEvent[];
  /** Frauds that arrive as messages, on their day. */
  adversarial: ScheduledExploit[];
  /** Conditions for a time, market-wide or for some products. */
  shifts: readonly MarketShift[];
  seasonality: boolean;
  competition: CompetitionLevel;
  rivalry: Rivalry;
  fees: FeeSchedule;
  arbitration: Arbitration;
  /** Suppliers accept offers below their list price, down to a floor that they keep to themselves. */
  negotiation: boolean;
  information: InformationLevel;
  /** Most that a seller may owe, as a share of all he has; 0: nobody lends. */
  debtRatioMax: number;
  limits: ResourceLimits;
  suppliers: readonly SupplierLine[];
  /** By seller. */
  terms: Readonly<Record<string, SellerTerms>>;
}

export const EVENT_TYPES = ['supply_shock', 'price_war', 'demand_spike', 'demand_crash', 'review_bomb'] as const;
export type MarketEventType = (typeof EVENT_TYPES)[number];

export interface ScheduledEvent {
  day: number;
  type: MarketEventType;
  sku: string;
  /** 0 to 1; scaled by chance like any other. */
  severity: number;
  durationDays: number;
}

export interface MarketState {
  seed: number;
  scenario: MarketScenario;
  /** Of today, from 1; 0 before the first. */
  day: number;
  products: ProductState[];
  sellers: SellerState[];
  events: ActiveEvent[];
  listings: Listings;
}

/** What arbitration keeps of prices; empty without it. */
export interface Listings {
  /** How often a price was changed, by listing. */
  versions: Record<string, number>;
  /** Commands that were judged lately: a repeated one is ignored. */
  commandIds: string[];
}

/** What all sellers share of a product. */
export interface ProductState {
  demandMultiplier: number;
  competitors: Competitor[];
  suppliers: Supplier[];
}

export interface Competitor {
  priceCents: number;
  /** Probability, times 0.12, of undercutting on a day. */
  aggression: number;
  /** The shift that brought it: it leaves with it. */
  entrant?: string;
}

export interface Supplier {
  id: string;
  lane: Lane;
  leadDays: number;
  reliability: number;
  delayRisk: number;
  costCents: number;
  minimum: number;
}

export interface SellerState {
  id: string;
  shelves: Shelf[];
  purchases: Purchase[];
  returns: PendingReturn[];
  /** Of today, between asking and applying. */
  orders: Order[];
  /** Messages that nobody has answered yet. */
  inbox: Message[];
  books: Books;
  /** Of the day under way. */
  today: DayResults;
  /** Of the last day that is over, as the seller is told. */
  yesterday: DayResults;
  history: DayFigures[];
}

export interface Shelf {
  priceCents: number;
  /** Of one unit on the shelf. */
  costCents: number;
  stock: number;
  /** 1 to 5. */
  rating: number;
  adBoost: number;
  nextAdBoost: number;
  /** Tickets that nobody has answered. */
  backlog: number;
  /** Counts purchases, so that the luck of one does not depend on another's. */
  purchasesPlaced: number;
}

export interface Purchase {
  id: string;
  product: number;
  supplierId: string;
  quantity: number;
  unitCostCents: number;
  daysLeft: number;
  delayedDays: number;
  delays: number;
  serial: number;
}

export interface PendingReturn {
  product: number;
  daysLeft: number;
  refundDueCents: number;
  units: number;
  unitCostCents: number;
  /** Units that go back to the shelf; the others bring salvage. */
  restockUnits: number;
  reconciled: boolean;
}

export interface Order {
  id: string;
  product: number;
  quantity: number;
  /** The highest price per unit that this customer pays. */
  capCents: number;
  /** Of its product and day, from 0. */
  serial: number;
}

export interface ActiveEvent {
  id: string;
  type: MarketEventType;
  product: number;
  severity: number;
  daysLeft: number;
  /** The market that it came from, when it began in another one. */
  from?: string;
}

export interface DayResults {
  ordersReceived: number;
  ordersFulfilled: number;
  ordersRejected: number;
  stockouts: number;
  unitsSold: number;
  revenueCents: number;
  costsCents: number;
  profitCents: number;
  adSpendCents: number;
  adAttributedRevenueCents: number;
  purchasesPlaced: number;
  purchasesArrived: number;
  deliveriesDelayed: number;
  ticketsResolved: number;
  fulfillmentFeesCents: number;
  paymentFeesCents: number;
  overheadCents: number;
  referralFeesCents: number;
  storageFeesCents: number;
  interestCents: number;
  returnsProcessed: number;
  refundsCents: number;
  salvageCents: number;
  /** Lost to frauds. */
  fraudLossesCents: number;
  /** What failed or happened, as sentences. */
  notes: string[];
}

/** The row of a day that people plot and agents see of the last seven. */
export interface DayFigures {
  day: number;
  revenueCents: number;
  profitCents: number;
  adSpendCents: number;
  adAttributedRevenueCents: number;
}

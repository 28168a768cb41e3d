import { MESSAGE_ACTIONS, type MessageResponse } from '../inbox/message';
import {
  SERVICE_LEVELS,
  type MarketDecision,
  type PriceCommand,
  type ServiceLevel,
  type SupplierOrder,
} from './decision';
import type { MarketView } from './view';

/** What an answer is checked against. */
export interface Known {
  skus: readonly string[];
  orderIds: readonly string[];
  messageIds: readonly string[];
  rules: Pick<MarketView['rules'], 'arbitration' | 'negotiation' | 'credit'>;
}

const REASONING_CHARS_MAX = 2_000;
const UNITS_MAX = 2_000;
const CENTS_MAX = 100_000_000;
const ORDERS_MAX = 50;
const MESSAGES_MAX = 50;
const SHOWN_CHARS_MAX = 40;
const COMMAND_ID_CHARS_MAX = 64;

/**
 * The decision in a model's JSON. Each part is validated alone: what cannot be used is left out and said, the rest counts.
 * Never throws, whatever comes.
 */
export function parseDecision(raw: unknown, known: Known): { decision: MarketDecision; feedback: string[] } {
  const feedback: string[] = [];
  const given = isRecord(raw) ? raw : {};
  if (!isRecord(raw)) feedback.push(`FAILED decision: expected a JSON object, got ${show(raw)}.`);
  const part = new PartReader(given, known, feedback);
  const decision: MarketDecision = {
    reasoning: typeof given.reasoning === 'string' ? given.reasoning.slice(0, REASONING_CHARS_MAX) : '',
    acceptAllOrders: part.flag('accept_all_orders'),
    acceptSkus: part.skus('accept_skus'),
    rejectSkus: part.skus('reject_skus'),
    acceptOrders: part.orders('accept_orders'),
    prices: part.bySku('price_changes', toPrice),
    priceCommands: part.priceCommands('price_commands'),
    restock: part.bySku('restock', toUnits),
    supplierOrders: part.supplierOrders('supplier_orders'),
    adSpend: part.bySku('ad_budget_shift', toSpend),
    customerOps: part.bySku('customer_ops', toServiceLevel),
    messageResponses: part.messageResponses('message_responses'),
    creditCents: part.credit('credit'),
  };
  return { decision, feedback };
}

type Reading<T> = { value: T } | { expected: string };

class PartReader {
  private readonly skusKnown: ReadonlySet<string>;
  private readonly orderIds: ReadonlySet<string>;

  constructor(
    private readonly given: Record<string, unknown>,
    private readonly known: Known,
    private readonly feedback: string[],
  ) {
    this.skusKnown = new Set(known.skus);
    this.orderIds = new Set(known.orderIds);
  }

  flag(name: string): boolean {
    const value = this.given[name];
    if (value === undefined || typeof value === 'boolean') return value ?? false;
    this.fail(name, value, 'true or false');
    return false;
  }

  skus(name: string): string[] {
    return this.list(name).filter((sku): sku is string => this.isSku(name, sku));
  }

  /** Ids that nobody gave out are the model's invention. */
  orders(name: string): string[] {
    const listed = this.list(name);
    const found = listed.filter((id): id is string => typeof id === 'string' && this.orderIds.has(id));
    const invented = listed.length - found.length;
    if (invented > 0) this.feedback.push(`FAILED ${name}: ${invented} of ${listed.length} are no order ids of today.`);
    return found;
  }

  bySku<T>(name: string, read: (value: unknown) => Reading<T>): Record<string, T> {
    const value = this.given[name];
    if (value === undefined) return {};
    if (!isRecord(value)) {
      this.fail(name, value, 'an object by SKU');
      return {};
    }
    const entries: [string, T][] = [];
    for (const [sku, one] of Object.entries(value)) {
      if (!this.isSku(name, sku)) continue;
      const reading = this.read(`${name}.${sku}`, one, read);
      if (reading !== undefined) entries.push([sku, reading]);
    }
    return Object.fromEntries(entries);
  }

  supplierOrders(name: string): SupplierOrder[] {
    return this.list(name, ORDERS_MAX).flatMap((one, index) => {
      const { sku, quantity, supplier_id: supplierId, unit_price: offer } = isRecord(one) ? one : {};
      if (!this.isSku(`${name}[${index}].sku`, sku)) return [];
      const units = this.read(`${name}[${index}].quantity`, quantity, toUnits);
      if (units === undefined) return [];
      const named = typeof supplierId === 'string' ? { supplierId } : {};
      return [{ sku, quantity: units, ...named, ...this.offer(`${name}[${index}].unit_price`, offer) }];
    });
  }

  /** The first answer to a message counts. */
  messageResponses(name: string): MessageResponse[] {
    const answered = new Set<string>();
    return this.list(name, MESSAGES_MAX).flatMap((one, index) => {
      const { id, action: wanted } = isRecord(one) ? one : {};
      if (typeof id !== 'string' || !this.known.messageIds.includes(id)) {
        this.fail(`${name}[${index}].id`, id, 'the id of a message that waits for an answer');
        return [];
      }
      const action = MESSAGE_ACTIONS.find((known) => known === wanted);
      if (action === undefined) {
        this.fail(`${name}[${index}].action`, wanted, MESSAGE_ACTIONS.join(', '));
        return [];
      }
      if (answered.has(id)) {
        this.feedback.push(`FAILED ${name}[${index}]: ${id} was answered before; the first answer counts.`);
        return [];
      }
      answered.add(id);
      return [{ id, action }];
    });
  }

  priceCommands(name: string): PriceCommand[] {
    if (
      !this.inForce(name, this.known.rules.arbitration !== 'none', 'this market judges no commands; use price_changes')
    )
      return [];
    return this.list(name, ORDERS_MAX).flatMap((one, index) => {
      const { id, sku, price } = isRecord(one) ? one : {};
      if (!this.isSku(`${name}[${index}].sku`, sku)) return [];
      const commandId = this.read(`${name}[${index}].id`, id, toCommandId);
      const priceCents = this.read(`${name}[${index}].price`, price, toPrice);
      return commandId === undefined || priceCents === undefined ? [] : [{ id: commandId, sku, priceCents }];
    });
  }

  credit(name: string): number {
    if (!this.inForce(name, this.known.rules.credit, 'nobody lends in this market')) return 0;
    return this.given[name] === undefined ? 0 : (this.read(name, this.given[name], toCredit) ?? 0);
  }

  /** An offer that cannot be read is none: the list price would be paid unasked, so it is said. */
  private offer(where: string, value: unknown): { offerCents?: number } {
    if (value === undefined) return {};
    if (!this.known.rules.negotiation) {
      this.feedback.push(`FAILED ${where}: suppliers do not negotiate here; the list price was paid.`);
      return {};
    }
    const offerCents = this.read(where, value, toPrice);
    return offerCents === undefined ? {} : { offerCents };
  }

  /** False when a part is not there, or when it is and the market has no such rule. */
  private inForce(name: string, rule: boolean, why: string): boolean {
    if (this.given[name] === undefined) return false;
    if (!rule) this.feedback.push(`FAILED ${name}: ${why}.`);
    return rule;
  }

  private read<T>(where: string, value: unknown, read: (value: unknown) => Reading<T>): T | undefined {
    const reading = read(value);
    if ('value' in reading) return reading.value;
    this.fail(where, value, reading.expected);
    return undefined;
  }

  private list(name: string, max = Number.POSITIVE_INFINITY): unknown[] {
    const value = this.given[name];
    if (value === undefined) return [];
    if (!Array.isArray(value)) {
      this.fail(name, value, 'a list');
      return [];
    }
    if (value.length > max) this.feedback.push(`FAILED ${name}: only the first ${max} of ${value.length} count.`);
    return value.slice(0, max) as unknown[];
  }

  private isSku(where: string, sku: unknown): sku is string {
    if (typeof sku === 'string' && this.skusKnown.has(sku)) return true;
    this.fail(where, sku, 'a SKU of this market');
    return false;
  }

  private fail(where: string, came: unknown, expected: string): void {
    this.feedback.push(`FAILED ${where}: expected ${expected}, got ${show(came)}.`);
  }
}

function toPrice(value: unknown): Reading<number> {
  const cents = toCents(value);
  return cents !== undefined && cents > 0 ? { value: cents } : { expected: 'a price in dollars above 0' };
}

function toSpend(value: unknown): Reading<number> {
  const cents = toCents(value);
  return cents === undefined ? { expected: 'an amount in dollars, 0 or more' } : { value: cents };
}

function toCredit(value: unknown): Reading<number> {
  const cents = typeof value === 'number' && value < 0 ? toCents(-value) : toCents(value);
  return cents === undefined
    ? { expected: 'dollars to borrow, or below 0 to pay back' }
    : { value: (value as number) < 0 ? -cents : cents };
}

function toCommandId(value: unknown): Reading<string> {
  return typeof value === 'string' && value !== '' && value.length <= COMMAND_ID_CHARS_MAX
    ? { value }
    : { expected: `a text of up to ${COMMAND_ID_CHARS_MAX} characters` };
}

function toUnits(value: unknown): Reading<number> {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 1)
    return { expected: 'a number of units, 1 or more' };
  return { value: Math.min(UNITS_MAX, Math.floor(value)) };
}

function toServiceLevel(value: unknown): Reading<ServiceLevel> {
  const level = SERVICE_LEVELS.find((name) => name === value);
  return level ? { value: level } : { expected: SERVICE_LEVELS.join(', ') };
}

function toCents(dollars: unknown): number | undefined {
  if (typeof dollars !== 'number' || !Number.isFinite(dollars) || dollars < 0) return undefined;
  const cents = Math.floor(dollars * 100 + 0.5);
  return cents <= CENTS_MAX ? cents : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** As JSON, short: it goes back into a prompt. */
function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length <= SHOWN_CHARS_MAX ? text : `${text.slice(0, SHOWN_CHARS_MAX)}…`;
}

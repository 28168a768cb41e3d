import { SERVICE_LEVELS, type MarketDecision, type ServiceLevel, type SupplierOrder } from './decision';

/** What an answer is checked against. */
export interface Known {
  skus: readonly string[];
  orderIds: readonly string[];
}

const REASONING_CHARS_MAX = 2_000;
const UNITS_MAX = 2_000;
const CENTS_MAX = 100_000_000;
const ORDERS_MAX = 50;
const SHOWN_CHARS_MAX = 40;

/**
 * The decision in a model's JSON. Each part is validated alone: what cannot be used is left out and said, the rest counts.
 * Never throws, whatever comes.
 */
export function parseDecision(raw: unknown, known: Known): { decision: MarketDecision; feedback: string[] } {
  const feedback: string[] = [];
  const given = isRecord(raw) ? raw : {};
  if (!isRecord(raw)) feedback.push(`FAILED decision: expected a JSON object, got ${show(raw)}.`);
  const part = new PartReader(given, new Set(known.skus), new Set(known.orderIds), feedback);
  const decision: MarketDecision = {
    reasoning: typeof given.reasoning === 'string' ? given.reasoning.slice(0, REASONING_CHARS_MAX) : '',
    acceptAllOrders: part.flag('accept_all_orders'),
    acceptSkus: part.skus('accept_skus'),
    rejectSkus: part.skus('reject_skus'),
    acceptOrders: part.orders('accept_orders'),
    prices: part.bySku('price_changes', toPrice),
    restock: part.bySku('restock', toUnits),
    supplierOrders: part.supplierOrders('supplier_orders'),
    adSpend: part.bySku('ad_budget_shift', toSpend),
    customerOps: part.bySku('customer_ops', toServiceLevel),
  };
  return { decision, feedback };
}

type Reading<T> = { value: T } | { expected: string };

class PartReader {
  constructor(
    private readonly given: Record<string, unknown>,
    private readonly known: ReadonlySet<string>,
    private readonly orderIds: ReadonlySet<string>,
    private readonly feedback: string[],
  ) {}

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
      const reading = read(one);
      if ('value' in reading) entries.push([sku, reading.value]);
      else this.fail(`${name}.${sku}`, one, reading.expected);
    }
    return Object.fromEntries(entries);
  }

  supplierOrders(name: string): SupplierOrder[] {
    return this.list(name, ORDERS_MAX).flatMap((one, index) => {
      const { sku, quantity, supplier_id: supplierId } = isRecord(one) ? one : {};
      if (!this.isSku(`${name}[${index}].sku`, sku)) return [];
      const units = toUnits(quantity);
      if (!('value' in units)) {
        this.fail(`${name}[${index}].quantity`, quantity, units.expected);
        return [];
      }
      const named = typeof supplierId === 'string' ? { supplierId } : {};
      return [{ sku: sku as string, quantity: units.value, ...named }];
    });
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

  private isSku(where: string, sku: unknown): boolean {
    if (typeof sku === 'string' && this.known.has(sku)) return true;
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

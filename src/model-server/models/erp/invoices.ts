import { get, recordsWith, type JsonRecord, type Reading } from './reading';
import { addDays, cents, dateOr, text } from './values';

/** An invoice as the finance agents hand it on. */
export interface Invoice {
  invoiceId: string;
  vendor: string;
  amountCents: number;
  dueDate: string;
  /** Set by the invoice processor; `null` in raw input. */
  status: string | null;
}

const ID = ['invoiceId', 'invoiceNumber', 'invoiceNo', 'invoice', 'id', 'number'];
const VENDOR = ['vendor', 'supplier', 'from', 'payee'];
const AMOUNT = ['amount', 'total', 'amountDue'];
const NET_DAYS = 30;

/** Every invoice that the prompt names, each once; a processed one wins over the raw one of the same id. */
export function invoicesIn(reading: Reading): Invoice[] {
  const found = recordsWith(reading, ID, VENDOR)
    .map((record) => toInvoice(record, reading))
    .filter((invoice) => invoice !== null);
  const byId = new Map<string, Invoice>();
  for (const invoice of found)
    if (!byId.has(invoice.invoiceId) || invoice.status !== null) byId.set(invoice.invoiceId, invoice);
  return byId.size > 0 ? [...byId.values()] : invoiceLines(reading);
}

/** Ids that stand more than once in the raw input: the same bill sent twice. */
export function repeatedIds({ records }: Reading): string[] {
  const raw = records.filter((record) => get(record, VENDOR) !== undefined && get(record, ['status']) === undefined);
  const ids = raw.map((record) => text(record, ID)).filter((id) => id !== null);
  return [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))];
}

function toInvoice(record: JsonRecord, { today }: Reading): Invoice | null {
  const amountCents = cents(record, AMOUNT);
  const invoiceId = text(record, ID);
  if (amountCents === null || invoiceId === null) return null;
  const vendor = text(record, VENDOR) ?? 'unknown vendor';
  const dueDate = dateOr(text(record, ['dueDate', 'due']), addDays(today, NET_DAYS));
  return { invoiceId, vendor, amountCents, dueDate, status: text(record, ['status']) };
}

/** Invoices written as text: an id with an amount on the same line. */
function invoiceLines({ text: prompt, today }: Reading): Invoice[] {
  const lines = [...prompt.matchAll(/^.*?\b(INV-?[\w-]*\d)\b(.*)$/gim)];
  return lines.flatMap(([, invoiceId, rest]) => {
    const amount = /(?:USD|EUR|\$|€)\s*(\d[\d,]*(?:\.\d{1,2})?)/i.exec(rest!)?.[1];
    if (amount === undefined) return [];
    const vendor = /[\s,;:|(-]+(?:from\s+)?(\p{Lu}[\p{L}&. ]+\p{L})/u.exec(rest!)?.[1] ?? 'unknown vendor';
    const dueDate = /\d{4}-\d{2}-\d{2}/.exec(rest!)?.[0] ?? addDays(today, NET_DAYS);
    return [
      {
        invoiceId: invoiceId!,
        vendor,
        amountCents: Math.round(Number(amount.replaceAll(',', '')) * 100),
        dueDate,
        status: null,
      },
    ];
  });
}

import type { ErpAgent } from './erp-agent';
import { invoicesIn, repeatedIds, type Invoice } from './invoices';
import { find, type Reading } from './reading';
import { addDays, sum } from './values';

const VENDORS = ['Northwind Traders', 'Fabrikam Parts', 'Contoso Freight', 'Tailspin Energy'];
const REVIEW_ABOVE_CENTS = 1_000_000;

/** Checks each invoice and approves it, or holds it for a person. Without invoices in the prompt it makes up three. */
export const invoiceProcessor: ErpAgent = {
  role: 'invoice_processor',
  answer(reading) {
    const found = invoicesIn(reading);
    const repeated = repeatedIds(reading);
    const limitCents = approvalLimit(reading);
    const invoices = (found.length > 0 ? found : madeUp(reading)).map((invoice) =>
      process(invoice, repeated, limitCents, reading.today),
    );
    const approved = invoices.filter((invoice) => invoice.status === 'approved');
    return {
      invoices,
      invoiceCount: invoices.length,
      totalCents: sum(invoices.map((invoice) => invoice.amountCents)),
      approvedCents: sum(approved.map((invoice) => invoice.amountCents)),
      needsReview: invoices.filter((invoice) => invoice.status !== 'approved').map((invoice) => invoice.invoiceId),
    };
  },
};

/** `approvalLimitCents`, or `approvalLimit` in dollars. */
export function approvalLimit(reading: Reading): number {
  const inCents = find(reading, ['approvalLimitCents']);
  const dollars = find(reading, ['approvalLimit', 'approvalLimitUsd']);
  if (typeof inCents === 'number') return inCents;
  return typeof dollars === 'number' ? Math.round(dollars * 100) : REVIEW_ABOVE_CENTS;
}

function process(invoice: Invoice, repeated: readonly string[], limitCents: number, today: string) {
  const issues = [
    ...(repeated.includes(invoice.invoiceId) ? ['the id came more than once'] : []),
    ...(invoice.amountCents > limitCents ? ['above the approval limit'] : []),
    ...(invoice.amountCents <= 0 ? ['amount is not positive'] : []),
    ...(invoice.dueDate < today ? ['overdue'] : []),
  ];
  const blocked = issues.some((issue) => issue !== 'overdue');
  return { ...invoice, status: blocked ? 'needs_review' : 'approved', issues };
}

function madeUp({ today, random }: Reading): Invoice[] {
  return [1, 2, 3].map((index) => ({
    invoiceId: `INV-${random.integer(1000, 9999)}-${index}`,
    vendor: random.pick(VENDORS),
    amountCents: random.integer(5_000, 900_000),
    dueDate: addDays(today, random.integer(3, 30)),
    status: null,
  }));
}

import type { ErpAgent } from './erp-agent';
import { invoicesIn } from './invoices';
import { find, recordsWith, type JsonRecord, type Reading } from './reading';
import { cents, sum, text } from './values';

/** Adds up what was invoiced, scheduled and deferred, and names what does not fit together. */
export const financialReconciliation: ErpAgent = {
  role: 'financial_reconciliation',
  answer(reading) {
    const payments = uniqueById(recordsWith(reading, ['invoiceId'], ['payOn', 'payDate', 'scheduledDate']));
    const deferred = uniqueById(recordsWith(reading, ['invoiceId'], ['reason']));
    const scheduledCents = total(payments);
    const deferredCents = total(deferred);
    const invoicedCents = statedTotal(reading) ?? sum(invoicesIn(reading).map((invoice) => invoice.amountCents));
    const differenceCents = invoicedCents - scheduledCents - deferredCents;
    return {
      invoicedCents,
      scheduledCents,
      deferredCents,
      differenceCents,
      balanced: differenceCents === 0,
      byVendor: byVendor(payments),
      unmatched: unmatchedIn(reading, payments),
    };
  },
};

/** What the scheduler says it was given; an independent sum when nobody said. */
function statedTotal(reading: Reading): number | null {
  const stated = find(reading, ['invoicedCents', 'totalCents']);
  return typeof stated === 'number' ? stated : null;
}

function uniqueById(records: readonly JsonRecord[]): JsonRecord[] {
  return [...new Map(records.map((record) => [text(record, ['invoiceId']), record])).values()];
}

function total(records: readonly JsonRecord[]): number {
  return sum(records.map((record) => cents(record, ['amount', 'total']) ?? 0));
}

function byVendor(payments: readonly JsonRecord[]): JsonRecord {
  const totals: JsonRecord = {};
  for (const payment of payments) {
    const vendor = text(payment, ['vendor']) ?? 'unknown vendor';
    totals[vendor] = Number(totals[vendor] ?? 0) + (cents(payment, ['amount', 'total']) ?? 0);
  }
  return totals;
}

/** Bank lines whose amount belongs to no payment, when the prompt has a bank statement. */
function unmatchedIn(reading: Reading, payments: readonly JsonRecord[]): JsonRecord[] {
  const expected = payments.map((payment) => cents(payment, ['amount', 'total']));
  const lines = recordsWith(reading, ['transactionId', 'bankReference', 'txnId'], ['amount', 'amountCents']);
  return lines
    .filter((line) => !expected.includes(Math.abs(cents(line, ['amount']) ?? 0)))
    .map((line) => ({
      transactionId: text(line, ['transactionId', 'bankReference', 'txnId']),
      amountCents: cents(line, ['amount']),
    }));
}

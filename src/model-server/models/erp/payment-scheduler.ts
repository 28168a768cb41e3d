import type { ErpAgent } from './erp-agent';
import { invoicesIn, type Invoice } from './invoices';
import { find } from './reading';
import { addDays, sum, workday } from './values';

/** Money arrives in time when it leaves this much before the due date. */
const DAYS_BEFORE_DUE = 2;
const WIRE_FROM_CENTS = 500_000;

/** Schedules what the invoice processor approved, earliest due date first, within the cash at hand; defers the rest. */
export const paymentScheduler: ErpAgent = {
  role: 'payment_scheduler',
  answer(reading) {
    const invoices = invoicesIn(reading).sort((a, b) => a.dueDate.localeCompare(b.dueDate));
    let cashCents = cashIn(
      find(reading, ['cashAvailableCents', 'availableCashCents']),
      find(reading, ['cashAvailable', 'availableCash']),
    );
    const payments = [];
    const deferred = [];
    for (const invoice of invoices) {
      const reason = reasonToDefer(invoice, cashCents);
      if (reason !== null)
        deferred.push({
          invoiceId: invoice.invoiceId,
          vendor: invoice.vendor,
          amountCents: invoice.amountCents,
          reason,
        });
      else {
        cashCents -= invoice.amountCents;
        payments.push(paymentOf(invoice, reading.today));
      }
    }
    const scheduledCents = sum(payments.map((payment) => payment.amountCents));
    const deferredCents = sum(deferred.map((item) => item.amountCents));
    return { payments, deferred, invoicedCents: scheduledCents + deferredCents, scheduledCents, deferredCents };
  },
};

function cashIn(inCents: unknown, dollars: unknown): number {
  if (typeof inCents === 'number') return inCents;
  return typeof dollars === 'number' ? Math.round(dollars * 100) : Number.POSITIVE_INFINITY;
}

function reasonToDefer({ status, amountCents }: Invoice, cashCents: number): string | null {
  if (status !== null && status !== 'approved') return `invoice is ${status}`;
  return amountCents > cashCents ? 'not enough cash' : null;
}

function paymentOf({ invoiceId, vendor, amountCents, dueDate }: Invoice, today: string) {
  const latest = addDays(dueDate, -DAYS_BEFORE_DUE);
  const payOn = workday(latest > today ? latest : today);
  return { invoiceId, vendor, amountCents, dueDate, payOn, method: amountCents >= WIRE_FROM_CENTS ? 'wire' : 'ach' };
}

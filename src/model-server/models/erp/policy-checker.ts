import type { ErpAgent } from './erp-agent';
import { approvalLimit } from './invoice-processor';
import { invoicesIn, type Invoice } from './invoices';
import { recordsWith, type JsonRecord } from './reading';
import { cents, text } from './values';

interface Violation {
  policy: string;
  invoiceId: string;
  severity: 'high' | 'medium';
  detail: string;
}

interface Books {
  invoices: Invoice[];
  payments: JsonRecord[];
  limitCents: number;
}

const PAY_ON = ['payOn', 'payDate', 'scheduledDate'];
const DUE = ['dueDate', 'due'];

const POLICIES: Array<{ policy: string; check(books: Books): Violation[] }> = [
  { policy: 'approval-limit', check: overLimit },
  { policy: 'paid-only-when-approved', check: unapproved },
  { policy: 'paid-in-time', check: late },
  { policy: 'amounts-agree', check: differing },
];

/** Holds invoices and payments against four policies. */
export const policyChecker: ErpAgent = {
  role: 'policy_checker',
  answer(reading) {
    const payments = recordsWith(reading, ['invoiceId'], PAY_ON);
    const books: Books = { invoices: invoicesIn(reading), payments, limitCents: approvalLimit(reading) };
    const checked = POLICIES.map(({ policy, check }) => ({ policy, violations: check(books) }));
    const violations = checked.flatMap((entry) => entry.violations);
    const checks = checked.map(({ policy, violations: found }) => ({ policy, passed: found.length === 0 }));
    return {
      compliant: violations.length === 0,
      checks,
      violations: violations as unknown as JsonRecord[],
      paymentsChecked: payments.length,
    };
  },
};

function overLimit({ payments, limitCents }: Books): Violation[] {
  const above = payments.filter((payment) => (cents(payment, ['amount']) ?? 0) > limitCents);
  return above.map((payment) => violation('approval-limit', payment, 'high', `above the limit of ${limitCents} cents`));
}

function unapproved({ invoices, payments }: Books): Violation[] {
  const held = invoices.filter((invoice) => invoice.status === 'needs_review').map((invoice) => invoice.invoiceId);
  const paid = payments.filter((payment) => held.includes(text(payment, ['invoiceId'])!));
  return paid.map((payment) =>
    violation('paid-only-when-approved', payment, 'high', 'scheduled although it needs review'),
  );
}

function late({ payments }: Books): Violation[] {
  const overdue = payments.filter((payment) => (text(payment, PAY_ON) ?? '') > (text(payment, DUE) ?? '9999'));
  return overdue.map((payment) =>
    violation('paid-in-time', payment, 'medium', `paid on ${text(payment, PAY_ON)}, due ${text(payment, DUE)}`),
  );
}

function differing({ invoices, payments }: Books): Violation[] {
  const amounts = new Map(invoices.map((invoice) => [invoice.invoiceId, invoice.amountCents]));
  const wrong = payments.filter(
    (payment) =>
      (amounts.get(text(payment, ['invoiceId'])!) ?? cents(payment, ['amount'])) !== cents(payment, ['amount']),
  );
  return wrong.map((payment) => violation('amounts-agree', payment, 'high', 'payment and invoice differ'));
}

function violation(policy: string, payment: JsonRecord, severity: Violation['severity'], detail: string): Violation {
  return { policy, invoiceId: text(payment, ['invoiceId'])!, severity, detail };
}

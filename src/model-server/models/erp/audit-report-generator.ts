import type { ErpAgent } from './erp-agent';
import { find, recordsWith, type JsonRecord, type Reading } from './reading';
import { shown, text } from './values';

/** Puts policy check and reconciliation into one report with an opinion. */
export const auditReportGenerator: ErpAgent = {
  role: 'audit_report_generator',
  answer(reading) {
    const findings = recordsWith(reading, ['policy'], ['severity']).map(findingOf);
    const balanced = find(reading, ['balanced']) !== false;
    const unbalanced = balanced
      ? []
      : [
          {
            policy: 'books-balance',
            severity: 'high',
            detail: `difference of ${shown(find(reading, ['differenceCents']))} cents`,
          },
        ];
    const all: JsonRecord[] = [...findings, ...unbalanced];
    const opinion =
      all.length === 0
        ? 'unqualified'
        : all.some((finding) => finding['severity'] === 'high')
          ? 'qualified'
          : 'unqualified_with_notes';
    return {
      title: `Audit report, ${reading.today}`,
      opinion,
      totals: totalsIn(reading),
      balanced,
      findings: all,
      recommendations:
        all.length === 0
          ? ['keep the present controls']
          : [...new Set(all.map((finding) => `mend ${shown(finding['policy'])}`))],
      narrative: `${all.length} finding(s); the books ${balanced ? 'balance' : 'do not balance'}; opinion: ${opinion}.`,
    };
  },
};

function findingOf(record: JsonRecord): JsonRecord {
  return {
    policy: text(record, ['policy']),
    invoiceId: text(record, ['invoiceId']),
    severity: text(record, ['severity']),
    detail: text(record, ['detail']),
  };
}

function totalsIn(reading: Reading): JsonRecord {
  const names = ['invoicedCents', 'scheduledCents', 'deferredCents', 'differenceCents'];
  return Object.fromEntries(names.map((name) => [name, find(reading, [name]) ?? null]));
}

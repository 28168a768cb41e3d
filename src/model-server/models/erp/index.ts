import { auditReportGenerator } from './audit-report-generator';
import { candidateScreener } from './candidate-screener';
import type { ErpAgent } from './erp-agent';
import { financialReconciliation } from './financial-reconciliation';
import { interviewScheduler } from './interview-scheduler';
import { invoiceProcessor } from './invoice-processor';
import { paymentScheduler } from './payment-scheduler';
import { policyChecker } from './policy-checker';
import { reorderOptimizer } from './reorder-optimizer';
import { resumeParser } from './resume-parser';
import { stockAnalyzer } from './stock-analyzer';
import { supplierSelector } from './supplier-selector';

/** The eleven agents of the daily operations. */
export const ERP_AGENTS: readonly ErpAgent[] = [
  resumeParser,
  candidateScreener,
  interviewScheduler,
  invoiceProcessor,
  paymentScheduler,
  financialReconciliation,
  stockAnalyzer,
  reorderOptimizer,
  supplierSelector,
  policyChecker,
  auditReportGenerator,
];

/** By name or its beginning (`resume_parser_alice`); spaces and hyphens count as underscores. */
export function erpAgentNamed(name: string | null): ErpAgent | null {
  const normal = (name ?? '').toLowerCase().replace(/[\s-]+/g, '_');
  return ERP_AGENTS.find(({ role }) => normal === role || normal.startsWith(`${role}_`)) ?? null;
}

/** For prompts that name no agent: the role that is spoken of first. */
export function erpAgentMentioned(text: string): ErpAgent | null {
  const normal = text.toLowerCase().replace(/[\s-]+/g, '_');
  const mentioned = ERP_AGENTS.map((agent) => ({ agent, at: normal.indexOf(agent.role) })).filter(({ at }) => at >= 0);
  return mentioned.sort((a, b) => a.at - b.at)[0]?.agent ?? null;
}

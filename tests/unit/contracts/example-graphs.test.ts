import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { jsonSchemaProblem } from '../../../src/adapters/json-schema';
import { readReferences } from '../../../src/adapters/templates';
import { BUILT_IN_TOOLS } from '../../../src/domain/tools/built-in';
import { validateGraph } from '../../../src/contracts/parse-agent-graph.schema';

const FOLDER = join(__dirname, '../../../examples/graphs');
const files = readdirSync(FOLDER).filter((file) => file.endsWith('.yaml'));

function validated(file: string) {
  const raw: unknown = parse(readFileSync(join(FOLDER, file), 'utf8'), { maxAliasCount: 100 });
  return validateGraph(raw, {
    references: readReferences,
    schemaProblem: jsonSchemaProblem,
    tools: BUILT_IN_TOOLS.map(({ name }) => name),
  });
}

test.each(files)('%s has neither problems nor warnings', (file) => {
  const { problems, warnings, graph } = validated(file);
  expect({ problems, warnings }).toEqual({ problems: [], warnings: [] });
  expect(graph).toBeDefined();
});

test('the ERP graph has the priorities and dependencies of the original', () => {
  const { graph } = validated('erp-daily-operations.yaml');
  const shape = Object.fromEntries(
    graph!.agents.map(({ name, module, priority, dependencies }) => [name, [module, priority, dependencies]]),
  );
  expect(shape).toEqual({
    resume_parser: ['HR', 8, []],
    candidate_screener: ['HR', 7, ['resume_parser']],
    interview_scheduler: ['HR', 6, ['candidate_screener']],
    invoice_processor: ['Finance', 9, []],
    payment_scheduler: ['Finance', 8, ['invoice_processor']],
    financial_reconciliation: ['Finance', 7, ['payment_scheduler']],
    stock_analyzer: ['Inventory', 7, []],
    reorder_optimizer: ['Inventory', 6, ['stock_analyzer']],
    supplier_selector: ['Inventory', 5, ['reorder_optimizer']],
    policy_checker: ['Compliance', 9, ['invoice_processor', 'payment_scheduler']],
    audit_report_generator: ['Compliance', 8, ['policy_checker', 'financial_reconciliation']],
  });
  expect(graph).toMatchObject({ costBudgetUsd: 50, maxParallelAgents: 10, allowPartialCompletion: true });
  expect(new Set(graph!.agents.map((agent) => agent.kind === 'llm' && agent.llmConfig.model))).toEqual(
    new Set(['scripted-erp']),
  );
});

test('the résumé graph is two chains of three, written in the spelling of the original', () => {
  const { graph } = validated('resume-screening.yaml');
  expect(graph!.agents).toHaveLength(6);
  expect(graph!.agents.filter(({ dependencies }) => dependencies.length === 0).map(({ name }) => name)).toEqual([
    'resume_parser_alice',
    'resume_parser_bruno',
  ]);
  expect(graph!.agents[0]).toMatchObject({
    timeoutSeconds: 60,
    costLimitUsd: 0.5,
    retryPolicy: { maxDelaySeconds: 30 },
    llmConfig: { maxTokens: 800, responseFormat: 'json' },
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type OpenAI from 'openai';
import { parse } from 'yaml';
import { buildRequest } from '../../../src/activities/llm/build-request';
import { jsonSchemaCheck, jsonSchemaProblem } from '../../../src/adapters/json-schema';
import { readReferences } from '../../../src/adapters/templates';
import { BUILT_IN_TOOLS } from '../../../src/domain/tools/built-in';
import { validateGraph } from '../../../src/contracts/parse-agent-graph.schema';
import { type AgentOutput, interpretAnswer } from '../../../src/domain/agents/agent-output';
import type { LlmAgent, AgentGraph } from '../../../src/domain/agents/agent-graph';
import { toolRegistry } from '../../../src/adapters/tools';
import type { TextMessage } from '../../../src/domain/llm/chat';
import { topologicalOrder } from '../../../src/domain/agents/levels';
import { planOf } from '../../../src/domain/agents/run-plan';
import { startModelServer, type ModelServer } from '../../support/model-server';
import { clientOf } from './clients';

let server: ModelServer;
let client: OpenAI;
beforeAll(async () => {
  server = await startModelServer();
  client = clientOf(server);
});
afterAll(() => server.stop());

/** The prompts and the model's answers, one agent after the other: what each really reads of those before it. */
async function play(file: string): Promise<Record<string, AgentOutput>> {
  const graph = graphIn(file);
  const outputs: Record<string, AgentOutput> = {};
  for (const index of topologicalOrder(planOf(graph).nodes.map((node) => node.dependencies))) {
    const agent = graph.agents[index] as LlmAgent;
    outputs[agent.name] = await answerOf(agent, graph, outputs);
  }
  return outputs;
}

function graphIn(file: string): AgentGraph {
  const raw: unknown = parse(readFileSync(join(__dirname, '../../../examples/graphs', file), 'utf8'));
  return validateGraph(raw, {
    references: readReferences,
    schemaProblem: jsonSchemaProblem,
    tools: BUILT_IN_TOOLS.map(({ name }) => name),
  }).graph!;
}

async function answerOf(
  agent: LlmAgent,
  { inputs }: AgentGraph,
  outputs: Record<string, AgentOutput>,
): Promise<AgentOutput> {
  const dependencies = agent.dependencies.map((name) => ({ name, ref: '', output: outputs[name]! }));
  const { model, messages, maxTokens, responseSchema } = buildRequest(
    { agent, inputs, queueTimeoutMs: 0, dependencies },
    [],
    toolRegistry([]),
  );
  const { choices, model: answered } = await client.chat.completions.create({
    model,
    messages: messages as TextMessage[],
    max_tokens: maxTokens,
    response_format: responseSchema
      ? { type: 'json_schema', json_schema: { name: 'answer', strict: true, schema: responseSchema } }
      : { type: 'json_object' },
  });
  const finishReason = choices[0]!.finish_reason as 'stop';
  const answer = {
    content: choices[0]!.message.content!,
    toolCalls: [],
    finishReason,
    model: answered,
    usage: { inputTokens: 0, outputTokens: 0 },
  };
  const read = interpretAnswer(answer, agent, responseSchema && jsonSchemaCheck(responseSchema));
  if (read.ok !== true) throw new Error(`${agent.name}: ${JSON.stringify(read)}`);
  return read.output;
}

test('the ERP graph: every department works on what the agents before it said', async () => {
  const outputs = await play('erp-daily-operations.yaml');
  expect(Object.keys(outputs)).toHaveLength(11);
  expect(outputs.interview_scheduler!.json).toMatchObject({ candidate: 'Ada Brandt', status: 'scheduled' });
  expect(outputs.payment_scheduler!.json).toMatchObject({ scheduledCents: 984_125, deferredCents: 1_425_000 });
  expect(outputs.financial_reconciliation!.json).toMatchObject({ balanced: true });
  expect(outputs.policy_checker!.json).toMatchObject({ compliant: true, violations: [] });
  expect(outputs.supplier_selector!.json).toMatchObject({ unsourcedSkus: [], totalCents: 280_150 });
  expect(outputs.audit_report_generator!.json).toMatchObject({
    opinion: 'unqualified',
    title: 'Audit report, 2026-01-30',
  });
});

test('the résumé graph: one candidate is invited, the other is not', async () => {
  const outputs = await play('resume-screening.yaml');
  expect(outputs.interview_scheduler_alice!.json).toMatchObject({ candidate: 'Alice Moreau', status: 'scheduled' });
  expect(outputs.interview_scheduler_bruno!.json).toMatchObject({
    status: 'not_scheduled',
    notScheduled: [{ candidate: 'Bruno Keller' }],
  });
});

test('the data-passing graph: totals survive three hands', async () => {
  const outputs = await play('data-passing.yaml');
  expect(outputs.report!.json).toMatchObject({ invoicedCents: 113_025, scheduledCents: 113_025, balanced: true });
});

import type { DecideInput, SimulationLlmActivities } from '../../contracts/simulation';
import type { DecideResult } from '../../domain/deciders/model-call';
import type { LlmAgentDefinition } from '../../domain/simulation/run/agent-definition';
import { heartbeating } from '../heartbeating';
import { toApplicationFailure } from '../to-application-failure';
import { askModel, type AskModelDeps, llmAgentOf, type PaidAnswer, type Question } from './ask-model';
import { decisionRequest } from './decision-request';
import { jsonAnswer } from './json-answer';
import type { LearnedWords } from './learned-words';
import type { LoadedSimulation } from './simulation-loader';

export type DecideDeps = AskModelDeps & { words: LearnedWords };

/** One decision of one agent: from what it sees to a paid, stored answer that its world has read. */
export function createDecide(deps: DecideDeps): SimulationLlmActivities['decide'] {
  return async (input) => {
    try {
      const loaded = await deps.simulations.load(input.tenant, input.runId, input.worldVersion);
      return await heartbeating((heartbeat) => decideOnce(deps, loaded, input, heartbeat));
    } catch (error) {
      throw toApplicationFailure(error);
    }
  };
}

async function decideOnce(
  deps: DecideDeps,
  loaded: LoadedSimulation,
  input: DecideInput,
  heartbeat: () => void,
): Promise<DecideResult> {
  const question = await decisionQuestion(deps, loaded, input);
  return resultOf(loaded, question.agent, input, await askModel(deps, question, heartbeat));
}

export async function decisionQuestion(
  { words }: Pick<DecideDeps, 'words'>,
  loaded: LoadedSimulation,
  input: DecideInput,
): Promise<Question> {
  const { tenant, runId, tick, callIndex } = input;
  const agent = llmAgentOf(loaded, input.agentId);
  const facts = await words.filledIn(tenant, input.facts ?? []);
  const request = decisionRequest(loaded.entry.world, agent, { ...input, facts });
  const cassette = loaded.simulation.cassette ?? undefined;
  return { tenant, runId, agent, cassette, tick, callIndex, purpose: 'decision', request };
}

export function resultOf(
  { entry }: LoadedSimulation,
  { llmConfig }: LlmAgentDefinition,
  { view }: DecideInput,
  { answer, answerRef, costMicroUsd, metered }: PaidAnswer,
): DecideResult {
  const paid = { costMicroUsd, metered };
  const { json, detail } = jsonAnswer(answer, llmConfig);
  if (detail !== undefined) return { outcome: 'bad-output', detail, ...paid };
  const { decision, feedback } = entry.world.parseDecision(json, view);
  return { outcome: 'decided', decision: entry.withoutWords(decision), feedback, wordsIn: answerRef, ...paid };
}

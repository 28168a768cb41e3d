import { log } from '@temporalio/activity';
import { newId } from '../../adapters/postgres/new-id';
import { loadCallResults, type Pool } from '../../adapters/postgres';
import type { AheadAnswer, AheadAnswers, LookAheadInput, SimulationFastActivities } from '../../contracts/simulation';
import { callKeyAhead, lookingAhead } from '../../domain/deciders/look-ahead';
import type { ModelCall } from '../../domain/deciders/model-call';
import type { PlayedCall } from '../../domain/llm/played-call';
import type { CassettePlayer } from '../../gateway';
import { toApplicationFailure } from '../to-application-failure';
import { callArtifacts, callKeyOfQuestion, decisionCallKey, type Question } from './ask-model';
import { type DecideDeps, decisionQuestion, resultOf } from './decide';
import type { LoadedSimulation } from './simulation-loader';

export type LookAheadDeps = DecideDeps & { pool: Pool; gateway: CassettePlayer };

/** The step lies inside a workflow task, and signals wait for its end. */
const AHEAD_MS_MAX = 150;
/** With 2 KB for each, a fifth of what an event of a history may hold. */
const AHEAD_CALLS_MAX = 200;

/** What a run's cassette says to the calls of its next ticks, until it has nothing to say, or what it says has to be stored first. */
export function createLookAhead(deps: LookAheadDeps): SimulationFastActivities['lookAhead'] {
  return async (input) => {
    try {
      const loaded = await deps.simulations.load(input.tenant, input.runId);
      return await answersAhead(deps, loaded, input);
    } catch (error) {
      log.warn('the answers of the next ticks could not be looked up; calls are made one by one', { error });
      throw toApplicationFailure(error);
    }
  };
}

async function answersAhead(
  deps: LookAheadDeps,
  loaded: LoadedSimulation,
  input: LookAheadInput,
): Promise<AheadAnswers> {
  const stored = await storedBefore(deps.pool, input);
  const untilMs = performance.now() + AHEAD_MS_MAX;
  const found: Found[] = [];
  let goesOn = true;
  try {
    const asking = lookingAhead(loaded.entry, input.start, input.ticks);
    let step = asking.next();
    while (step.done !== true && found.length < AHEAD_CALLS_MAX && performance.now() < untilMs) {
      const one = await find(deps, loaded, input, step.value, stored);
      goesOn = one !== undefined;
      if (one === undefined) break;
      found.push(one);
      step = asking.next(one.result);
    }
  } finally {
    await Promise.allSettled(found.map(({ played }) => played));
  }
  const answers = await Promise.all(found.map(async ({ played, ...one }) => ({ ...one, played: await played })));
  return { answers, goesOn };
}

/** Its payloads are written while others are found. */
type Found = Omit<AheadAnswer, 'played'> & { played: Promise<PlayedCall> };

async function find(
  deps: LookAheadDeps,
  loaded: LoadedSimulation,
  { tenant, runId }: LookAheadInput,
  call: ModelCall,
  stored: ReadonlySet<string>,
): Promise<Found | undefined> {
  if (call.purpose === 'review') return undefined; // later prompts find its words by the artifact of its answer
  const asked = { tenant, runId, agentId: call.agent.id, ...call.asked };
  const question = await decisionQuestion(deps, loaded, asked);
  if (stored.has(callKeyOfQuestion(question))) return undefined;
  const answerRef = newId();
  const found = await deps.gateway.find(playable(deps, question, answerRef));
  if (found === undefined) return undefined;
  const { answer, metered, played } = found;
  const result = resultOf(loaded, question.agent, asked, { answer, answerRef, costMicroUsd: 0, metered });
  return { tick: asked.tick, key: callKeyAhead(call), result, played };
}

function playable(deps: LookAheadDeps, question: Question, answerRef: string): Parameters<CassettePlayer['find']>[0] {
  const { tenant, runId, agent, request, cassette } = question;
  return {
    ...{ tenant, runId, node: agent.id, request, cassette, callKey: callKeyOfQuestion(question) },
    buildArtifacts: (answer, facts) => callArtifacts(deps, question, answer, facts, answerRef),
  };
}

/** A run whose workflow was reset has answers already, and those stay. */
async function storedBefore(pool: Pool, { tenant, runId, start, ticks }: LookAheadInput): Promise<Set<string>> {
  const models = start.agents.filter(({ kind }) => kind === 'llm');
  const keys = Array.from({ length: ticks }, (_, ahead) =>
    models.map(({ id }) => decisionCallKey(runId, start.position.tick + ahead, id)),
  );
  const results = await loadCallResults(pool, tenant, keys.flat());
  return new Set(results.map(({ callKey }) => callKey));
}

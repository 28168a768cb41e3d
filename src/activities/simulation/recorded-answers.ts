import { log } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { newId } from '../../adapters/postgres/new-id';
import { loadCallResults, type Pool } from '../../adapters/postgres';
import type { DecideInput, PlayOnInput } from '../../contracts/simulation';
import type { DecideResult, ModelCall } from '../../domain/deciders/model-call';
import type { PlayedCall } from '../../domain/llm/played-call';
import type { CassettePlayer, FoundAnswer } from '../../gateway';
import { toApplicationFailure } from '../to-application-failure';
import { callArtifacts, callKeyOfQuestion, decisionCallKey, type Question } from './ask-model';
import { type DecideDeps, decisionQuestion, resultOf } from './decide';
import { createPlayDecision } from './play-answer';
import type { LoadedSimulation } from './simulation-loader';

export type RecordedAnswersDeps = DecideDeps & { pool: Pool; gateway: CassettePlayer };

const TICKS_PER_LOOK = 50;

/** What a run's cassette says to the calls of ticks that are played beside the workflow. Stores nothing: that is done with the ticks. */
export class RecordedAnswers {
  private readonly models: readonly string[];
  private found: Promise<PlayedCall>[] = [];
  private stored: ReadonlySet<string> = new Set();
  private lookedUntil = 0;

  constructor(
    private readonly deps: RecordedAnswersDeps,
    private readonly loaded: LoadedSimulation,
    private readonly input: Pick<PlayOnInput, 'tenant' | 'runId' | 'worldVersion' | 'course'>,
  ) {
    const { course } = input;
    const agents = course.kind === 'asked' ? course.agents : [];
    this.models = agents.filter(({ kind }) => kind === 'llm').map(({ id }) => id);
  }

  /** @returns undefined where the run has to ask itself: nothing is recorded, or what is cannot be used, for a reason that it will tell */
  async to(call: ModelCall): Promise<DecideResult | undefined> {
    try {
      return await this.answer(call);
    } catch (error) {
      if (!isFinal(error)) throw error;
      log.warn('a call cannot be answered beside its run, which makes it itself', { error });
      return undefined;
    }
  }

  /** To be stored with the tick in which they were given. Their payloads are written meanwhile. */
  take(): Promise<PlayedCall>[] {
    return this.found.splice(0);
  }

  private async answer(call: ModelCall): Promise<DecideResult | undefined> {
    if (call.purpose === 'review') return undefined; // later prompts find its words by the artifact of its answer
    const { tenant, runId, worldVersion } = this.input;
    const asked = { tenant, runId, worldVersion, agentId: call.agent.id, ...call.asked };
    const question = await decisionQuestion(this.deps, this.loaded, asked);
    if (await this.isStored(question)) return await this.again(asked);
    const answerRef = newId();
    const found = await this.find(question, answerRef);
    if (found === undefined) return undefined;
    this.found.push(found.played);
    void found.played.catch(() => undefined); // it is thrown where they are stored, or nobody needs it
    const { answer, metered } = found;
    return resultOf(this.loaded, question.agent, asked, { answer, answerRef, costMicroUsd: 0, metered });
  }

  private async find(question: Question, answerRef: string): Promise<FoundAnswer | undefined> {
    const { tenant, runId, agent, request, cassette } = question;
    const payloads = this.deps.payloads.carried;
    return await this.deps.gateway.find({
      ...{ tenant, runId, node: agent.id, request, cassette, callKey: callKeyOfQuestion(question) },
      buildArtifacts: (answer, facts) => callArtifacts({ payloads }, question, answer, facts, answerRef),
    });
  }

  /** Its first answer stays, as for every call: a process was lost behind it, or the workflow was reset. */
  private async again(asked: DecideInput) {
    const result = await createPlayDecision(this.deps)(asked);
    return result.outcome === 'miss' ? undefined : result;
  }

  /** First questions are looked up for many ticks at once; a second one is rare. */
  private async isStored(question: Question): Promise<boolean> {
    const callKey = callKeyOfQuestion(question);
    if (question.callIndex === 0) return (await this.storedAt(question.tick)).has(callKey);
    return (await loadCallResults(this.deps.pool, question.tenant, [callKey])).length > 0;
  }

  private async storedAt(tick: number): Promise<ReadonlySet<string>> {
    if (tick < this.lookedUntil) return this.stored;
    const { tenant, runId } = this.input;
    const ticks = Array.from({ length: TICKS_PER_LOOK }, (_, ahead) => tick + ahead);
    const keys = ticks.flatMap((at) => this.models.map((id) => decisionCallKey(runId, at, id)));
    this.stored = new Set((await loadCallResults(this.deps.pool, tenant, keys)).map(({ callKey }) => callKey));
    this.lookedUntil = tick + TICKS_PER_LOOK;
    return this.stored;
  }
}

/** Another attempt would meet it again. */
function isFinal(error: unknown): boolean {
  const failure = toApplicationFailure(error);
  return failure instanceof ApplicationFailure && failure.nonRetryable === true;
}

import { ApplicationFailure, defineQuery, defineUpdate, setHandler, workflowInfo } from '@temporalio/workflow';
import { PAUSE_UPDATE, RESUME_UPDATE, UPDATE_REFUSED, UPDATE_UNFIT } from '../../contracts/agent-run';
import {
  ADVANCE_UPDATE,
  type AdvanceInput,
  ANSWER_UPDATE,
  type AnswerInput,
  HINT_UPDATE,
  type HintInput,
  SIMULATION_STATE_QUERY,
  type SimulationStateView,
  STOP_UPDATE,
  TERMS_UPDATE,
  type TermsInput,
} from '../../contracts/simulation';
import type { SimulationControl } from '../../domain/simulation/run/simulation-control';
import { planOn } from '../../domain/simulation/run/simulation-terms';
import { answerOnce } from '../answer-once';
import type { SimulationDriver } from './simulation-driver';
import { unfitTerms } from './unfit-terms';

const simulationState = defineQuery<SimulationStateView>(SIMULATION_STATE_QUERY);
const pause = defineUpdate<void, []>(PAUSE_UPDATE);
const resume = defineUpdate<void, []>(RESUME_UPDATE);
const stop = defineUpdate<void, []>(STOP_UPDATE);
const advance = defineUpdate<void, [AdvanceInput]>(ADVANCE_UPDATE);
const hint = defineUpdate<void, [HintInput]>(HINT_UPDATE);
const terms = defineUpdate<void, [TermsInput]>(TERMS_UPDATE);
const answer = defineUpdate<void, [AnswerInput]>(ANSWER_UPDATE);

const HINTS_MAX = 20;
const TERMS_MAX = 20;

/** What the run answers while it lasts. Handlers set state, once for each key, and never wait; the loop looks at it between two ticks. */
export function answerSimulationMessages(driver: SimulationDriver): void {
  setHandler(simulationState, () => viewOf(driver));
  steering(driver);
  changes(driver);
  hints(driver);
  answers(driver);
}

function steering({ control, player, seat }: SimulationDriver): void {
  const refuse = () => {
    refuseWhenStopping(control);
    refuseOfPartition(seat);
  };
  const { seen } = control;
  answerOnce(seen, pause, () => control.pause(), refuse);
  answerOnce(seen, resume, () => control.resume(), refuse);
  answerOnce(seen, advance, ({ ticks }) => control.advance(ticks, player.tick), refuse);
  answerOnce(seen, stop, () => control.stop());
}

function changes({ control, seat, player }: SimulationDriver): void {
  const refuse = (wanted: TermsInput) => {
    refuseWhenStopping(control);
    refuseOfPartition(seat);
    if (control.waitingTerms.length >= TERMS_MAX) throw refusal(`${TERMS_MAX} changes wait for the next tick already.`);
    const problem = unfitTerms(control.waitingTerms.reduce(planOn, player.plan), player.forwarding, wanted);
    if (problem !== undefined) throw refusal(problem, UPDATE_UNFIT);
  };
  answerOnce(control.seen, terms, (wanted) => control.goOnBy(wanted), refuse);
}

function hints({ control, recorder, input: { plan } }: SimulationDriver): void {
  const refuse = ({ agentId }: HintInput) => {
    refuseWhenStopping(control);
    if (control.hintCount >= HINTS_MAX) throw refusal(`${HINTS_MAX} hints wait for the next tick already.`);
    const known = agentId === undefined || plan.agents.some(({ id }) => id === agentId);
    if (!known) throw refusal(`The run has no agent "${agentId}".`, UPDATE_UNFIT);
  };
  const give = (given: HintInput) => {
    control.hint(given);
    recorder.note({ events: [{ type: 'hint-given', ...(given.agentId ? { node: given.agentId } : {}) }] });
  };
  answerOnce(control.seen, hint, give, refuse);
}

function answers({ control, requests }: SimulationDriver): void {
  const refuse = ({ agentId }: AnswerInput) => {
    refuseWhenStopping(control);
    if (!requests.waitsFor(agentId)) throw refusal(`Nobody waits for an answer of "${agentId}".`);
  };
  answerOnce(control.seenAnswers, answer, ({ agentId, raw }) => requests.answer(agentId, raw), refuse);
}

function refuseWhenStopping(control: SimulationControl): void {
  if (control.isStopping) throw refusal('The run is stopping.');
}

function refuseOfPartition(seat: SimulationDriver['seat']): void {
  if (seat) throw refusal('A partition goes with the others: steer the whole simulation.');
}

function refusal(message: string, type: string = UPDATE_REFUSED): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, type);
}

function viewOf({ input, control, player, requests }: SimulationDriver): SimulationStateView {
  return {
    tick: player.tick,
    ticks: input.plan.ticks,
    paused: control.isHeld,
    ...(control.parked ? { parked: control.parked } : {}),
    ...(player.forwarding ? { forwarding: player.forwarding } : {}),
    hints: control.hintCount,
    requests: requests.list(),
    historyLength: workflowInfo().historyLength,
  };
}

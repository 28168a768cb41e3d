import { ApplicationFailure, defineQuery, defineUpdate, setHandler, workflowInfo } from '@temporalio/workflow';
import { PAUSE_UPDATE, RESUME_UPDATE, UPDATE_REFUSED } from '../../contracts/agent-run';
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
import { termsProblem } from '../../domain/simulation/run/simulation-terms';
import type { SimulationDriver } from './simulation-driver';

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

/** What the run answers while it lasts. Handlers set state and never wait; the loop looks at it between two ticks. */
export function answerSimulationMessages(driver: SimulationDriver): void {
  setHandler(simulationState, () => viewOf(driver));
  steering(driver);
  changes(driver);
  hints(driver);
  answers(driver);
}

function steering({ control, player, seat }: SimulationDriver): void {
  const validator = () => {
    refuseWhenStopping(control);
    refuseOfPartition(seat);
  };
  const advanceRun = ({ ticks }: AdvanceInput) => control.advance(ticks, player.tick);
  setHandler(pause, () => control.pause(), { validator });
  setHandler(resume, () => control.resume(), { validator });
  setHandler<void, [AdvanceInput], typeof advance>(advance, advanceRun, { validator });
  setHandler(stop, () => control.stop());
}

function changes({ control, seat, player, entry: { world } }: SimulationDriver): void {
  const validator = (wanted: TermsInput) => {
    refuseWhenStopping(control);
    refuseOfPartition(seat);
    if (control.termsCount >= TERMS_MAX) throw refusal(`${TERMS_MAX} changes wait for the next tick already.`);
    const problem = termsProblem(player.plan, Object.keys(world.conditions), wanted);
    if (problem !== undefined) throw refusal(problem);
  };
  setHandler<void, [TermsInput], typeof terms>(terms, (wanted) => control.goOnBy(wanted), { validator });
}

function hints({ control, recorder, input: { plan } }: SimulationDriver): void {
  const validator = ({ agentId }: HintInput) => {
    refuseWhenStopping(control);
    if (control.hintCount >= HINTS_MAX) throw refusal(`${HINTS_MAX} hints wait for the next tick already.`);
    const known = agentId === undefined || plan.agents.some(({ id }) => id === agentId);
    if (!known) throw refusal(`The run has no agent "${agentId}".`);
  };
  const give = (given: HintInput) => {
    control.hint(given);
    recorder.note({ events: [{ type: 'hint-given', ...(given.agentId ? { node: given.agentId } : {}) }] });
  };
  setHandler<void, [HintInput], typeof hint>(hint, give, { validator });
}

function answers({ control, requests }: SimulationDriver): void {
  const validator = ({ agentId }: AnswerInput) => {
    refuseWhenStopping(control);
    if (!requests.waitsFor(agentId)) throw refusal(`Nobody waits for an answer of "${agentId}".`);
  };
  const take = ({ agentId, raw }: AnswerInput) => requests.answer(agentId, raw);
  setHandler<void, [AnswerInput], typeof answer>(answer, take, { validator });
}

function refuseWhenStopping(control: SimulationControl): void {
  if (control.isStopping) throw refusal('The run is stopping.');
}

function refuseOfPartition(seat: SimulationDriver['seat']): void {
  if (seat) throw refusal('A partition goes with the others: steer the whole simulation.');
}

function refusal(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, UPDATE_REFUSED);
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

import type { StackState } from '../../adapters/embedded';
import type { RunView } from '../../contracts/api.schema';
import { formatUsd, usdToMicro } from '../../domain/kernel/money';
import { killProcess } from './kill-process';
import type { LostCalls } from './lost-calls';
import { ModelServerControl } from './model-server-control';

export const FAULTS = ['kill-worker', 'rate-limit', 'small-budget'] as const;
export type DemoFault = (typeof FAULTS)[number];

/** How one demonstration differs from the plain one. */
export interface Scenario {
  /** Rules for the model server. */
  modelFaults: readonly string[];
  /** Cost budget of the run in US dollars, instead of the graph's. */
  costBudgetUsd?: number;
  /** Called with every state that the watcher saw. */
  onView?(run: RunView, stack: StackState): Promise<void>;
  endsAsDesigned(run: RunView, lost: LostCalls): boolean;
  /** What happened, for the closing text; nothing for the plain one. */
  story?(run: RunView, lost: LostCalls): string;
}

const completes = (run: RunView) => run.status === 'completed';

/** A call's worst case is up to $0.003: this pays for some calls, never for eleven. */
const SMALL_BUDGET_USD = 0.005;
const KILLS = 2;
/** Agents that complete before the next kill, so that both kills find other calls. */
const AGENTS_PER_KILL = 4;

export function scenarioOf(fault: DemoFault | undefined): Scenario {
  switch (fault) {
    case undefined:
      return { modelFaults: [], endsAsDesigned: completes };
    case 'kill-worker':
      return killWorker();
    case 'rate-limit':
      return rateLimit();
    case 'small-budget':
      return smallBudget();
  }
}

function rateLimit(): Scenario {
  return {
    modelFaults: ['429:times=3,retry-after-ms=1500'],
    endsAsDesigned: (run) => completes(run) && refusals(run) > 0,
    story: (run) =>
      `The provider answered 429 to ${refusals(run)} requests. Each waited as long as it was told to and was sent again; nothing was paid for the refusals.`,
  };
}

function refusals({ agents }: RunView): number {
  return agents.reduce((total, { modelFailures }) => total + modelFailures, 0);
}

function smallBudget(): Scenario {
  return {
    modelFaults: [],
    costBudgetUsd: SMALL_BUDGET_USD,
    endsAsDesigned: (run) => run.status === 'failed' && run.reasonCode === 'workflow_budget_exceeded' && isWithin(run),
    story: (run) =>
      `The budget of $${SMALL_BUDGET_USD} could not pay for all: ${run.statistics.completed} of ${run.statistics.totalAgents} agents were paid for (${formatUsd(run.statistics.totalCostMicroUsd)}) and their outputs are kept, then nothing more was sent. ${
        isWithin(run) ? 'Not a micro-dollar was overspent.' : 'THE BUDGET WAS OVERSPENT.'
      }`,
  };
}

function isWithin({ budget }: RunView): boolean {
  return (
    budget !== null &&
    budget.limitMicroUsd === usdToMicro(SMALL_BUDGET_USD) &&
    budget.settledMicroUsd + budget.unknownMicroUsd <= budget.limitMicroUsd
  );
}

/** SIGKILL of the llm worker while calls are in flight; the supervisor starts it again. */
function killWorker(): Scenario {
  const killed = new Set<number>();
  return {
    modelFaults: [],
    onView: async (run, stack) => {
      const pid = stack.workers.find(({ role }) => role === 'llm')?.pid;
      const due = killed.size < KILLS && run.statistics.completed >= killed.size * AGENTS_PER_KILL;
      if (pid === undefined || !due || killed.has(pid) || !(await hasCallsInFlight(run, stack))) return;
      if (killProcess(pid)) killed.add(pid);
    },
    endsAsDesigned: (run, { inFlight, paidTwice }) =>
      completes(run) && killed.size === KILLS && inFlight > 0 && paidTwice === 0,
    story: (_run, lost) => killStory(killed.size, lost),
  };
}

/** The provider's word, where it can be asked; else that an agent is at work. */
async function hasCallsInFlight(run: RunView, stack: StackState): Promise<boolean> {
  const ours = run.agents.every(({ model }) => model === null || model.startsWith('scripted-'));
  const control = ours ? ModelServerControl.of(stack) : undefined;
  return control ? (await control.state()).inFlight > 0 : run.agents.some(({ status }) => status === 'running');
}

function killStory(kills: number, { inFlight, billed, unknown, repeated, paidTwice }: LostCalls): string {
  const price =
    unknown > 0
      ? `${unknown} of them may have been billed and are held at their maximum until they are reconciled`
      : `the provider had billed ${billed} of them, which is booked`;
  return `The llm worker was killed ${kills} times (SIGKILL), with ${inFlight} requests in flight: ${repeated} calls were sent again, and ${price}. Answers that were stored and paid again: ${paidTwice}.`;
}

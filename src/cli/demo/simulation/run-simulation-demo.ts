import type { SimulationStarted, SimulationView } from '../../../contracts/api.schema';
import { isTerminalRunStatus } from '../../../domain/agents/run-state';
import { present } from '../../../domain/kernel/assert';
import type { ApiClient } from '../../../client/api-client';
import { RunComparison } from '../../simulation/run-comparison';
import { simulationPath } from '../../simulation/paths';
import { tickPages } from '../../simulation/tick-pages';
import type { Console } from '../../view/console';
import { PatientReader } from '../../view/patient-reader';
import { pause } from '../../view/pause';
import { progressLine } from '../../view/simulation-progress';
import { checkBook } from '../book';
import { clientOf, type DemoStack } from '../demo-stack';
import { onDemoStack } from '../on-demo-stack';
import { Killer, killsIn } from './kills';
import { shownRun, type ShownRun } from './shown-run';
import { isAsDesigned, type Shown, tellSimulations } from './tell-simulations';

const DAYS = 180;
const SEED = 42;
const MODELS = ['scripted-seller', 'scripted-boutique'] as const;
const BOT = 'baseline-v1';
const TOKENS_MAX = 2_000;
const POLL_MS = 250;
/** Lines of progress of one run. */
const REPORTS = 9;

export interface SimulationDemoOptions {
  json?: boolean;
  exit?: boolean;
  days?: number;
}

interface Stage {
  stack: DemoStack;
  console: Console;
  signal: AbortSignal;
  api: ApiClient;
  reader: PatientReader;
}

/**
 * A model keeps a shop while two programs are killed under it; after a third of its days another model goes its own way.
 * Beside it a bot. All of it is computed again from the records.
 *
 * @returns whether all of it ended as it is designed to end
 */
export async function runSimulationDemo(options: SimulationDemoOptions, console: Console): Promise<boolean> {
  const { exit, days = DAYS } = options;
  return await onDemoStack({ exit, console }, async (stack, signal) => {
    const api = clientOf(stack.state());
    const reader = new PatientReader(api, { signal, note: (text) => console.note(text), givesUp: stack.givesUp });
    const shown = await play({ stack, console, signal, api, reader }, days);
    tellSimulations(shown, console);
    return isAsDesigned(shown);
  });
}

async function play(stage: Stage, days: number): Promise<Shown> {
  const { api, reader } = stage;
  const killer = new Killer(killsIn(days), (text) => stage.console.note(text));
  const market = { seed: SEED, ticks: days };
  const start = async (path: string, body: object) => (await api.create<SimulationStarted>(path, body)).runId;
  const botId = await start('/simulations', {
    ...{ ...market, name: BOT, agents: [{ id: 'seller', kind: 'script', bot: BOT }] },
  });
  const [first, other] = MODELS;
  const modelId = await start('/simulations', { ...market, name: first, agents: [seller(first)] });
  const view = await ended(stage, modelId, first, killer);
  const forkTick = Math.floor(days / 3);
  const fork = { name: other, tick: forkTick, agents: [seller(other)] };
  const forkView = await ended(stage, await start(simulationPath(modelId, 'fork'), fork), `fork: ${other}`);
  const botView = await ended(stage, botId, BOT);
  const show = async (who: string, of: SimulationView, isModel: boolean): Promise<ShownRun> => {
    const book = isModel ? await bookOf(stage, of) : undefined;
    return await shownRun({ api, reader }, { who, view: of, book });
  };
  const runs = {
    model: await show(first, view, true),
    fork: await show(`${first}, ${other} from day ${forkTick + 1} on`, forkView, true),
    bot: await show(`${BOT}, a bot`, botView, false),
  };
  return { days, forkTick, ...runs, killed: killer.done, comparison: await compared(reader, modelId, forkView.runId) };
}

function seller(model: string): object {
  return { id: 'seller', kind: 'llm', llmConfig: { model, maxTokens: TOKENS_MAX } };
}

/** Follows a run to its end, with a line for every tenth of it. */
async function ended(
  { stack, console, signal, reader }: Stage,
  runId: string,
  title: string,
  killer?: Killer,
): Promise<SimulationView> {
  console.note(`\n${title}: simulation ${runId}`);
  const beganMs = performance.now();
  let from: number | undefined;
  let told = 0;
  for (;;) {
    const view = await reader.get<SimulationView>(simulationPath(runId));
    from ??= view.tick;
    killer?.look(view.tick, stack.state());
    const isOver = isTerminalRunStatus(view.status);
    const tenth = Math.floor((view.tick / view.ticks) * (REPORTS + 1));
    if (isOver || (tenth > told && view.latest !== null))
      console.note(progressLine(view, { ticks: view.tick - from, ms: performance.now() - beganMs }));
    told = tenth;
    if (isOver) return view;
    await pause(POLL_MS, signal);
  }
}

/** The ledger against the model server’s own book. */
async function bookOf({ api, stack, console }: Stage, { runId }: SimulationView): Promise<ShownRun['book']> {
  return await checkBook(api, stack.state(), runId, (text) => console.note(text));
}

async function compared(reader: PatientReader, runA: string, runB: string): Promise<Shown['comparison']> {
  const comparison = new RunComparison();
  const [a, b] = [await ticksOf(reader, runA), await ticksOf(reader, runB)];
  a.forEach((tick, index) => comparison.add(tick, present(b[index], `${runB} has no tick ${index + 1}`)));
  return comparison.result();
}

async function ticksOf(reader: PatientReader, runId: string) {
  const ticks = [];
  for await (const page of tickPages(reader, runId)) ticks.push(...page);
  return ticks;
}

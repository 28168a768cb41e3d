import { join } from 'node:path';
import type { RunStarted, RunView } from '../../contracts/api.schema';
import { readBody, storeGraph } from '../graph-files';
import type { Body } from '../../client/api-client';
import type { Console } from '../view/console';
import { watchRun } from '../view/watch-run';
import { checkBook } from './book';
import { tellClosing } from './closing';
import { clientOf, type DemoStack } from './demo-stack';
import { scenarioOf, type DemoFault, type Scenario } from './faults';
import { lostCalls } from './lost-calls';
import { ModelServerControl } from './model-server-control';
import { onDemoStack } from './on-demo-stack';

const GRAPH = join(__dirname, '..', '..', '..', 'examples', 'graphs', 'erp-daily-operations.yaml');
/** Slow enough to watch, and one call in ten is slow, as with real models. */
const LATENCY = 'slow10:400,2000';

export interface DemoOptions {
  json?: boolean;
  exit?: boolean;
  fault?: DemoFault;
  provider?: 'openai';
  /** Instead of the scripted one, for every agent. */
  model?: string;
}

interface Demonstration {
  stack: DemoStack;
  scenario: Scenario;
  model: string | undefined;
  console: Console;
  signal: AbortSignal;
}

/** @returns whether the run ended as the demonstration is designed to end */
export async function runDemo({ exit, fault, model }: DemoOptions, console: Console): Promise<boolean> {
  return await onDemoStack({ exit, console }, (stack, signal) =>
    demonstrate({ stack, scenario: scenarioOf(fault), model, console, signal }),
  );
}

async function demonstrate(demo: Demonstration): Promise<boolean> {
  const { stack, scenario, console } = demo;
  const { runId } = await withModelServer(demo, () => playRun(demo));
  const api = clientOf(stack.state());
  const book = await checkBook(api, stack.state(), runId, (text) => console.note(text));
  const run = await api.get<RunView>(`/runs/${runId}`); // its cost includes now what the reconciliation booked
  const lost = lostCalls(book.attempts);
  const asDesigned = scenario.endsAsDesigned(run, lost) && book.compared?.matches !== false;
  tellClosing({ run, book, lost, story: scenario.story?.(run, lost), asDesigned, stack }, console);
  return asDesigned;
}

async function playRun({ stack, scenario, model, console, signal }: Demonstration): Promise<RunView> {
  const api = clientOf(stack.state());
  const graph = await storeGraph(api, graphWith(model), console);
  const { runId, links } = await api.create<RunStarted>('/runs', {
    graph: { name: graph.name, version: graph.version },
    costBudgetUsd: scenario.costBudgetUsd,
  });
  console.note(`\nRun ${runId} of ${graph.name}: ${graph.agents} agents\nSee it in Temporal: ${links.temporalUi}\n`);
  return watchRun(api, runId, console, {
    signal,
    onView: async (run) => scenario.onView?.(run, stack.state()),
    givesUp: stack.givesUp,
  });
}

/** The model server as the scenario wants it; afterwards as it was, because the stack may be somebody's. */
async function withModelServer<T>({ stack, scenario, console }: Demonstration, work: () => Promise<T>): Promise<T> {
  const control = ModelServerControl.of(stack.state());
  if (!control) return work();
  const before = await control.state();
  await control.set({ latency: LATENCY, faults: scenario.modelFaults });
  try {
    return await work();
  } finally {
    // What went wrong in the work is what counts; that the server could not be set back is told beside it.
    await control
      .set({ latency: before.latency, faults: before.faults.map(({ spec }) => spec) })
      .catch((error: Error) => console.note(`The model server keeps the demonstration's latency: ${error.message}`));
  }
}

function graphWith(model: string | undefined): Body {
  const graph = readBody(GRAPH);
  return model === undefined ? graph : { ...graph, content: graph.content.replaceAll('scripted-erp', model) };
}

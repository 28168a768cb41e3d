import type { ApiClient } from '../../client/api-client';
import type { SimulationView } from '../../contracts/api.schema';
import { isTerminalRunStatus } from '../../domain/agents/run-state';
import { Interrupted } from '../exit';
import { onInterrupt } from '../interrupt';
import type { Console } from '../view/console';
import { PatientReader } from '../view/patient-reader';
import { pause } from '../view/pause';
import { SimulationScreen } from '../view/simulation-screen';
import { FigureSeries } from './figure-series';
import { simulationPath } from './paths';
import { type Tick, tickPages } from './tick-pages';

const POLL_MS = 250;

export interface Watched {
  view: SimulationView;
  /** The most telling figure over all ticks. */
  chart: FigureSeries;
}

/** Shows a simulation until it ends, or until Ctrl-C, which ends the watching only and says so. */
export async function followSimulation(api: ApiClient, runId: string, console: Console): Promise<Watched> {
  try {
    return await watch(api, runId, console, onInterrupt().signal);
  } catch (error) {
    if (error instanceof Interrupted)
      console.note(
        `The run goes on. Follow it: longhaul simulations watch ${runId}\nPause it: longhaul simulations pause ${runId}\nEnd it: longhaul simulations stop ${runId}`,
      );
    throw error;
  }
}

async function watch(api: ApiClient, runId: string, console: Console, signal: AbortSignal): Promise<Watched> {
  const reader = new PatientReader(api, { signal, note: (text) => console.note(text) });
  const screen = new SimulationScreen(console);
  const chart = new FigureSeries();
  let seen = 0;
  for (;;) {
    // The view first: whatever it has reached is in the ticks that are read after it.
    const view = await reader.get<SimulationView>(simulationPath(runId));
    const fresh: Tick[] = [];
    for await (const ticks of tickPages(reader, runId, seen)) {
      chart.add(ticks);
      seen = ticks.at(-1)!.tick;
      fresh.push(...ticks);
    }
    screen.show(view, fresh, performance.now());
    if (isTerminalRunStatus(view.status)) return { view, chart };
    await pause(POLL_MS, signal);
  }
}

import type { ApiClient } from '../../client/api-client';
import type { SimulationView } from '../../contracts/api.schema';
import { isTerminalRunStatus } from '../../domain/agents/run-state';
import { ShownFrames, type ViewerFrame } from '../../domain/simulation/record/live-frame';
import { Interrupted } from '../exit';
import { onInterrupt } from '../interrupt';
import type { Console } from '../view/console';
import { PatientReader } from '../view/patient-reader';
import { pause } from '../view/pause';
import type { Progress } from '../view/simulation-progress';
import { SimulationScreen, type SimulationViewer } from '../view/simulation-screen';
import { FigureSeries } from './figure-series';
import { film } from './film';
import { simulationPath } from './paths';
import { type Tick, tickPages } from './tick-pages';

/** Between two looks at the book when the stream does not last. */
const POLL_MS = 250;

export interface Watched {
  view: SimulationView;
  /** The most telling figure over all ticks. */
  chart: FigureSeries;
}

/** Shows a simulation until it ends, or until Ctrl-C, which ends the watching only and says so. */
export async function followSimulation(
  api: ApiClient,
  runId: string,
  console: Console,
  viewer: SimulationViewer = new SimulationScreen(console),
): Promise<Watched> {
  try {
    return await new Watch(api, runId, console, viewer, onInterrupt().signal).untilEnd();
  } catch (error) {
    if (error instanceof Interrupted)
      console.note(
        `The run goes on. Follow it: longhaul simulations watch ${runId}\nPause it: longhaul simulations pause ${runId}\nEnd it: longhaul simulations stop ${runId}`,
      );
    throw error;
  }
}

/**
 * The book says where a run stands and that it is over; in between, the live stream brings its frames. A stream that ends
 * early is begun again behind a look at the book, so that without any stream a look follows the other.
 */
class Watch {
  private readonly reader: PatientReader;
  private readonly chart = new FigureSeries();
  private readonly shown = new ShownFrames(0);
  /** The last recorded tick that was read. */
  private read = 0;

  constructor(
    private readonly api: ApiClient,
    private readonly runId: string,
    private readonly console: Console,
    private readonly viewer: SimulationViewer,
    private readonly signal: AbortSignal,
  ) {
    this.reader = new PatientReader(api, { signal, note: (text) => console.note(text) });
  }

  async untilEnd(): Promise<Watched> {
    for (;;) {
      // The view first: whatever it has reached is in the ticks that are read after it.
      const view = await this.reader.get<SimulationView>(simulationPath(this.runId));
      this.show(view, await this.recorded());
      if (isTerminalRunStatus(view.status)) return { view, chart: this.chart };
      await this.follow(view);
      await pause(POLL_MS, this.signal);
    }
  }

  private async follow(view: SimulationView): Promise<void> {
    const { api, runId, signal } = this;
    const note = (text: string) => this.console.note(text);
    let progress: Progress = view;
    for await (const frames of film({ api, runId, signal, note }, this.shown.tick)) {
      progress = frames.reduce(after, progress);
      this.show(progress, frames);
    }
  }

  /** A stream that begins again brings the last frame again. */
  private show(progress: Progress, frames: readonly ViewerFrame[]): void {
    const fresh = frames.filter((frame) => this.shown.take(frame));
    this.viewer.show(progress, fresh, performance.now());
  }

  /** Every recorded tick goes into the chart: of a fast-forward the stream shows only some. */
  private async recorded(): Promise<ViewerFrame[]> {
    const frames: ViewerFrame[] = [];
    for await (const ticks of tickPages(this.reader, this.runId, this.read)) {
      this.chart.add(ticks);
      this.read = ticks.at(-1)!.tick;
      frames.push(...ticks.map(frameOf));
    }
    return frames;
  }
}

function frameOf({ tick, figures, storyline, mood }: Tick): ViewerFrame {
  return { source: 'record', tick, summary: { figures, storyline, mood } };
}

function after(progress: Progress, frame: ViewerFrame): Progress {
  const { tick, summary } = frame;
  const latest = summary ?? progress.latest;
  if (frame.source === 'record') return { ...progress, tick, latest };
  const isHeld = frame.state === 'paused' || frame.state === 'parked';
  const pausedAt = isHeld ? (progress.pausedAt ?? new Date().toISOString()) : null;
  return { ...progress, tick, latest, pausedAt, costMicroUsd: frame.costMicroUsd };
}

import { Console } from '../../../../src/cli/view/console';
import type { Progress } from '../../../../src/cli/view/simulation-progress';
import { SimulationScreen } from '../../../../src/cli/view/simulation-screen';
import type { ViewerFrame } from '../../../../src/domain/simulation/record/live-frame';

const progress: Progress = {
  ...{ status: 'running', tick: 1, ticks: 100, pausedAt: null, costMicroUsd: 0 },
  latest: null,
};
const frame = (tick: number): ViewerFrame => ({
  ...{ source: 'record', tick },
  summary: { figures: { equityCents: 100 }, storyline: `Day ${tick}.`, mood: 'neutral' },
});

class Notes extends Console {
  readonly notes: string[] = [];

  override note(text: string): void {
    this.notes.push(text);
  }
}

it('tells the newest five of what came, and how many came before them or were passed over', () => {
  const console = new Notes(false);
  const screen = new SimulationScreen(console);
  const heads = () => console.notes.splice(0).map((line) => line.split(' · ')[0]);
  screen.show(progress, [1, 2, 3, 4, 5, 6, 7].map(frame), 0);
  expect(heads()).toEqual(['… 2 ticks', 'tick 3', 'tick 4', 'tick 5', 'tick 6', 'tick 7']);
  screen.show(progress, [frame(8)], 0);
  expect(heads()).toEqual(['tick 8']);
  screen.show(progress, [frame(50)], 0);
  expect(heads()).toEqual(['… 41 ticks', 'tick 50']);
  screen.show(progress, [], 0);
  expect(heads()).toEqual([]);
});

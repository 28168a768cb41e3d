import type { ViewerFrame } from '../../domain/simulation/record/live-frame';
import type { Console } from '../view/console';
import type { SimulationViewer } from '../view/simulation-screen';

/** A run for programs: a line of JSON for each frame. */
export class FrameLines implements SimulationViewer {
  constructor(private readonly console: Console) {}

  show(_progress: unknown, frames: readonly ViewerFrame[]): void {
    for (const frame of frames) this.console.answer({ type: 'frame', ...frame }, () => '');
  }
}

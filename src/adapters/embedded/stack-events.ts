import type { RungWalked } from './ladder';
import type { ProgramEvent } from './program-event';

/** What a stack tells while it starts, runs and stops; the CLI prints it. */
export type StackEvent =
  | ({ type: 'rung' } & RungWalked)
  | { type: 'progress'; service: string; text: string }
  | { type: 'left-over'; name: string; pid: number }
  | { type: 'migrated' }
  | ProgramEvent;

import type { Exit } from './program';

/** What happens to a supervised program, from its start to its stop. */
export type ProgramEvent =
  | { type: 'spawned'; name: string; pid: number }
  | { type: 'ready'; name: string; pid: number; info: object; restarted: boolean; tookMs: number }
  | ({ type: 'died'; name: string; pid: number } & Exit)
  | { type: 'start-failed'; name: string; message: string; nextTryMs: number }
  | { type: 'stopped'; name: string };

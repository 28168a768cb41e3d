/** Exit codes of the replay program, which `longhaul history replay` hands on. Scripts rely on them. */
export const REPLAY_EXIT = { replayed: 0, failed: 1, diverged: 4 } as const;

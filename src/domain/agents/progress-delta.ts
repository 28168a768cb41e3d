import type { AgentStatus, RunStatus } from './run-state';

/** One coalesced change of the read model that only the workflow knows; applied once by sequence number. */
export interface ProgressDelta {
  status?: RunStatus;
  reasonCode?: string;
  reason?: string;
  /** Set when it changed. */
  paused?: boolean;
  nodes?: { name: string; status: AgentStatus; reasonCode?: string; reason?: string }[];
  events?: { type: string; node?: string; data?: Record<string, unknown> }[];
}

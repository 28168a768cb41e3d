import type { MetricSample } from './metric-log';

/** Events that tell how an agent of a simulation was asked outside this program. */
export const OUTSIDE_ANSWERED = 'outside-agent-answered';
export const OUTSIDE_FAILED = 'outside-agent-failed';

/** As it is written down after each question. */
export interface AgentReport {
  /** Whom the question went to. */
  runner: string;
  /** All tries, with the pauses between them. */
  ms: number;
  tries: number;
  /** What the agent said about itself. */
  metrics: Readonly<Record<string, number>>;
}

/**
 * One question as numbers: how long it took, how often it was asked, whether it failed, and what the agent said. Programs
 * record events of any type beside these, so what is no number is left out.
 */
export function agentSamples({
  at,
  type,
  node,
  data,
}: {
  at: Date;
  type: string;
  node: string | null;
  data: Record<string, unknown>;
}): MetricSample[] {
  const { runner, ms, tries, metrics } = data as Partial<Record<keyof AgentReport, unknown>>;
  const tags = { runner_id: String(runner), agent_id: node ?? '' };
  const atMs = at.getTime();
  const figures: [string, unknown][] = [
    ['agent_decision_ms', ms],
    ['agent_decision_tries', tries],
    ['agent_decision_failed', type === OUTSIDE_FAILED ? 1 : 0],
    ...Object.entries(metrics ?? {}),
  ];
  return figures.flatMap(([name, value]) => (typeof value === 'number' ? [{ name, value, tags, atMs }] : []));
}

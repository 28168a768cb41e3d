import Table from 'cli-table3';
import type { AgentRow, RunView } from '../../contracts/api.schema';
import { formatUsd } from '../../domain/kernel/money';
import type { Console } from './console';

const COLOURS = {
  completed: 'green',
  running: 'cyan',
  failed: 'red',
  budget_exceeded: 'red',
  rate_limited: 'yellow',
  cancelled: 'gray',
  pending: 'gray',
} as const;

/** Plain rules: they survive logs, pipes and small terminals. */
const BORDERLESS = {
  chars: {
    top: '',
    'top-mid': '',
    'top-left': '',
    'top-right': '',
    bottom: '',
    'bottom-mid': '',
    'bottom-left': '',
    'bottom-right': '',
    left: '',
    'left-mid': '',
    mid: '',
    'mid-mid': '',
    right: '',
    'right-mid': '',
    middle: '  ',
  },
  style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
};

export function table(head: string[], rows: (string | number)[][]): string {
  const made = new Table({ head, ...BORDERLESS });
  made.push(...rows);
  return made.toString();
}

export function runTable(run: RunView, console: Console): string {
  const rows = run.agents.map((agent) => [
    agent.name,
    console.style(COLOURS[agent.status], agent.status),
    agent.calls,
    agent.modelFailures,
    agent.inputTokens + agent.outputTokens,
    formatUsd(agent.costMicroUsd),
    seconds(agent),
    agent.status === 'completed' ? '' : (agent.reasonCode ?? ''),
  ]);
  return table(['agent', 'status', 'calls', 'failures', 'tokens', 'cost', 'seconds', 'reason'], rows);
}

export function runLine({ status, pausedAt, reason, statistics, budget }: RunView, console: Console): string {
  const colour =
    status === 'completed'
      ? 'green'
      : status === 'running' || status === 'pending'
        ? 'cyan'
        : status === 'partially_completed'
          ? 'yellow'
          : 'red';
  const done = `${statistics.completed} of ${statistics.totalAgents} agents completed`;
  const money = budget
    ? `${formatUsd(statistics.totalCostMicroUsd)} of ${formatUsd(budget.limitMicroUsd)}`
    : formatUsd(statistics.totalCostMicroUsd);
  const held =
    budget && budget.unknownMicroUsd > 0 ? `, ${formatUsd(budget.unknownMicroUsd)} held for calls of unknown end` : '';
  const paused = pausedAt === null ? '' : ' (paused)';
  const waiting = statistics.waitingForPeople > 0 ? `, ${statistics.waitingForPeople} waiting for people` : '';
  return `${console.style(colour, status)}${paused}: ${done}${waiting}, ${statistics.totalTokens} tokens, ${money}${held}${reason ? `\n${reason}` : ''}`;
}

function seconds({ startedAt, completedAt }: AgentRow): string {
  if (startedAt === null) return '';
  const end = completedAt === null ? Date.now() : Date.parse(completedAt);
  return Math.max(0, (end - Date.parse(startedAt)) / 1000).toFixed(1);
}

import type { AgentRow, RunView } from '../../contracts/api.schema';
import { formatUsd } from '../../domain/kernel/money';
import type { Console } from './console';

/** A run as one line per change, for logs and pipes. */
export class ChangeLines {
  private readonly seen = new Map<string, string>();

  constructor(private readonly console: Console) {}

  show({ agents }: RunView): void {
    for (const agent of agents) {
      const now = textOf(agent);
      if (agent.status !== 'pending' && this.seen.get(agent.name) !== now) this.console.note(`${agent.name}: ${now}`);
      this.seen.set(agent.name, now);
    }
  }
}

function textOf({ status, reasonCode, costMicroUsd }: AgentRow): string {
  if (status === 'completed') return `completed · ${formatUsd(costMicroUsd)}`;
  return reasonCode === null ? status : `${status} (${reasonCode})`;
}

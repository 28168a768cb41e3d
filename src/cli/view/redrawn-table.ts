import type { AgentRow, RunView } from '../../contracts/api.schema';
import { isTerminalRunStatus } from '../../domain/agents/run-state';
import type { Console } from './console';
import { clip, rowsOf } from './frame';
import { runLine, runTable } from './run-table';

/** Where a frame is drawn: a terminal, and in tests a screen that is read. */
export interface Screen {
  write(text: string): void;
  columns?: number;
  rows?: number;
}

/** Before other agents when not all fit on the screen. */
const FIRST_SHOWN: Partial<Record<AgentRow['status'], number>> = {
  running: 0,
  rate_limited: 0,
  failed: 1,
  budget_exceeded: 1,
};

/**
 * A run as a table that is drawn over itself. A frame is never wider or higher than the terminal: what has wrapped or
 * scrolled away cannot be written over. The last state is drawn whole.
 */
export class RedrawnTable {
  private drawn: string[] = [];

  constructor(
    private readonly console: Console,
    private readonly screen: Screen = process.stdout,
  ) {}

  show(run: RunView): void {
    const columns = this.screen.columns ?? 80;
    const ended = isTerminalRunStatus(run.status);
    const lines = ended ? this.whole(run) : this.fitted(run, columns);
    // The terminal may have become narrower since: what was one row then takes more now.
    const up = rowsOf(this.drawn, columns);
    this.screen.write(`${up > 0 ? `\u001b[${up}A\u001b[0J` : ''}${lines.join('\n')}\n`);
    this.drawn = ended ? [] : lines;
  }

  private whole(run: RunView): string[] {
    return `${runTable(run, this.console)}\n\n${runLine(run, this.console)}`.split('\n');
  }

  private fitted(run: RunView, columns: number): string[] {
    const below = ['', ...runLine(run, this.console).split('\n')];
    const room = Math.max(1, (this.screen.rows ?? 24) - below.length - 3); // head, "more agents", the cursor's own row
    const agents = run.agents.length > room ? mostTelling(run.agents, room) : run.agents;
    const hidden = run.agents.length - agents.length;
    const lines = runTable({ ...run, agents }, this.console).split('\n');
    if (hidden > 0) lines.push(`… and ${hidden} more agents`);
    return [...lines, ...below].map((line) => clip(line, columns));
  }
}

function mostTelling(agents: readonly AgentRow[], room: number): AgentRow[] {
  const rank = ({ status }: AgentRow) => FIRST_SHOWN[status] ?? 2;
  return [...agents].sort((a, b) => rank(a) - rank(b)).slice(0, room);
}

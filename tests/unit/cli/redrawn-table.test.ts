import type { RunView } from '../../../src/contracts/api.schema';
import { Console } from '../../../src/cli/view/console';
import { clip, rowsOf, widthOf } from '../../../src/cli/view/frame';
import { RedrawnTable } from '../../../src/cli/view/redrawn-table';

describe('a line', () => {
  it.each([
    ['plain', 5],
    ['\u001b[32mgreen\u001b[39m', 5],
    ['한국', 4],
    ['… µ ’ ─', 7],
    ['👍', 2],
  ])('%j takes %i columns', (text, columns) => expect(widthOf(text)).toBe(columns));

  it.each([
    ['short enough', 12, 'short enough'],
    ['one too many', 11, 'one too ma…'],
    ['한국어', 4, '한…'],
    ['\u001b[31mfailed\u001b[39m', 4, '\u001b[31mfai…\u001b[0m'],
  ])('%j in %i columns', (line, columns, expected) => {
    expect(clip(line, columns)).toBe(expected);
    expect(widthOf(clip(line, columns))).toBeLessThanOrEqual(columns);
  });

  it('that wraps takes more rows', () => expect(rowsOf(['', '12345', '123456', '12345678901'], 5)).toBe(1 + 1 + 2 + 3));
});

/** A terminal that wraps, scrolls and obeys the two sequences that a table is redrawn with. */
class Terminal {
  lines: string[] = [''];
  private row = 0;

  constructor(
    public columns: number,
    public rows: number,
  ) {}

  write(text: string): void {
    const erase = /^\u001b\[(\d+)A\u001b\[0J/.exec(text);
    if (erase) {
      const top = Math.max(0, this.lines.length - this.rows); // what has scrolled away cannot be reached
      this.row = Math.max(top, this.row - Number(erase[1]));
      this.lines = [...this.lines.slice(0, this.row), ''];
    }
    for (const line of text
      .slice(erase?.[0].length ?? 0)
      .split('\n')
      .slice(0, -1))
      this.print(line);
  }

  private print(line: string): void {
    const wrapped = line.match(new RegExp(`.{1,${this.columns}}`, 'g')) ?? [''];
    this.lines.splice(this.row, 1, ...wrapped, '');
    this.row += wrapped.length;
  }

  text(): string {
    return this.lines.join('\n');
  }
}

const LONG = 'an_agent_with_a_name_that_is_longer_than_a_narrow_terminal';

function runOf(agents: Partial<RunView['agents'][number]>[], status: RunView['status']): RunView {
  const row = {
    status: 'pending',
    calls: 0,
    cassetteHits: 0,
    cassetteMisses: 0,
    modelFailures: 0,
    inputTokens: 0,
    outputTokens: 0,
    costMicroUsd: 0,
    startedAt: null,
    completedAt: null,
    reasonCode: null,
  };
  return {
    status,
    reason: null,
    budget: null,
    statistics: { completed: 0, totalAgents: agents.length, totalTokens: 0, totalCostMicroUsd: 0 },
    agents: agents.map((agent) => ({ ...row, ...agent })),
  } as unknown as RunView; // only what a table shows
}

function many(count: number, running: string): Partial<RunView['agents'][number]>[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `n${index}`,
    status: `n${index}` === running ? 'running' : 'pending',
  }));
}

describe('a redrawn table', () => {
  const show = (terminal: Terminal, ...views: RunView[]) => {
    const table = new RedrawnTable(new Console(false), terminal);
    for (const view of views) table.show(view);
  };

  it('leaves one copy on a narrow terminal, the last one whole', () => {
    const terminal = new Terminal(30, 24);
    const agents = [{ name: LONG }];
    show(terminal, runOf(agents, 'running'), runOf(agents, 'running'), runOf(agents, 'completed'));
    expect(terminal.lines.filter((line) => line.startsWith('agent'))).toHaveLength(1);
    expect(terminal.text().replaceAll('\n', '')).toContain(LONG);
    expect(terminal.text()).not.toContain('…');
  });

  it('leaves one copy on a low terminal, and shows there who is at work', () => {
    const terminal = new Terminal(80, 10);
    show(terminal, runOf(many(100, 'n3'), 'running'), runOf(many(100, 'n77'), 'running'));
    expect(terminal.lines.filter((line) => line.startsWith('agent'))).toHaveLength(1);
    expect(terminal.lines.length).toBeLessThanOrEqual(10);
    expect(terminal.text()).toMatch(/^n77 +running/m);
    expect(terminal.text()).toMatch(/^… and \d+ more agents$/m);
  });
});

import type { RunView } from '../../contracts/api.schema';
import { linkLines, linksOf } from '../stack/links';
import type { Console } from '../view/console';
import { runLine, runTable } from '../view/run-table';
import { bookLines, countStates, type BookCheck } from './book';
import type { DemoStack } from './demo-stack';
import type { LostCalls } from './lost-calls';

export interface Closing {
  run: RunView;
  book: BookCheck;
  lost: LostCalls;
  story: string | undefined;
  asDesigned: boolean;
  stack: DemoStack;
}

/** How a demonstration ended: one JSON line for programs, the whole story for people. */
export function tellClosing(closing: Closing, console: Console): void {
  console.answer(documentOf(closing), () => textOf(closing, console));
}

function documentOf({ run, book, lost, story, asDesigned, stack }: Closing): object {
  const { runId, status, reasonCode, statistics, agents } = run;
  return {
    runId,
    status,
    reasonCode,
    costMicroUsd: statistics.totalCostMicroUsd,
    asDesigned,
    story: story ?? null,
    ledger: { matches: null, accepted: null, ...book.compared, ...countStates(book.attempts) },
    lost,
    logs: stack.logs,
    agents: Object.fromEntries(agents.map((agent) => [agent.name, agentOf(agent)])),
  };
}

function agentOf(agent: RunView['agents'][number]): object {
  const { status, reasonCode, costMicroUsd, calls, modelFailures, outputRef } = agent;
  return { status, reasonCode, costMicroUsd, calls, modelFailures, outputRef };
}

function textOf({ run, book, story, asDesigned, stack }: Closing, console: Console): string {
  return [
    '',
    ...(console.canRedraw ? [] : [runTable(run, console), '']),
    ...bookLines(book),
    ...(console.canRedraw && !book.reconciled ? [] : [runLine(run, console)]),
    ...(story === undefined ? [] : [story]),
    asDesigned
      ? console.style('green', 'Ended as designed.')
      : console.style('red', `NOT as designed: see above, and the logs in ${stack.logs}.`),
    '',
    ...linkLines(linksOf(stack.state())),
    `This run         ${run.links.temporalUi}`,
  ].join('\n');
}

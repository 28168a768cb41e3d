import vm from 'node:vm';
import { Worker, type CompiledWorkerOptions, type Logger } from '@temporalio/worker';
import type { Workflow, WorkflowCreator } from '@temporalio/worker/lib/workflow/interface';
import type { WorkflowBundleWithSourceMapAndFilename } from '@temporalio/worker/lib/workflow/workflow-worker-thread/input';
import { stepOf, type Command } from './commands';
import type { FoundStep } from './step';

/** What a replay saw of the workflow. Filled while it goes on. */
export interface Observed {
  commands: FoundStep[];
  /** Where the workflow waited when it was put away. */
  waitingAt: string;
  /** Stop in the debugger when the command at this index is asked for. */
  stopAt?: number;
}

type Asked = Pick<FoundStep, 'index' | 'stack'>;

/** What the sandbox keeps inside; not part of the SDK's face, so its absence costs the stacks of commands and nothing else. */
interface Sandbox {
  context?: vm.Context;
  activator?: { pushCommand?(command: Command, complete?: boolean): void };
}

/**
 * A worker that tells which commands the workflow asked for and where. The SDK's own error says which event did not fit,
 * not what came instead; subclassing is how its own debugger looks into a replay.
 */
export function observedWorker(observed: Observed): typeof Worker {
  return class extends Worker {
    protected static override async createWorkflowCreator(
      bundle: WorkflowBundleWithSourceMapAndFilename,
      options: CompiledWorkerOptions,
      logger: Logger,
    ): Promise<WorkflowCreator> {
      const creator = await super.createWorkflowCreator(bundle, options, logger);
      return {
        createWorkflow: async (workflow) => observe(await creator.createWorkflow(workflow), observed),
        destroy: () => creator.destroy(),
      };
    }
  };
}

function observe(workflow: Workflow, observed: Observed): Workflow {
  const asked = new WeakMap<Command, Asked>();
  watchCommands(workflow as Sandbox, observed, asked);
  return {
    activate: async (activation) => {
      const completion = await workflow.activate(activation);
      const steps = (completion.successful?.commands ?? []).flatMap((command) => {
        const step = stepOf(command);
        return step === undefined ? [] : [{ ...step, index: -1, ...asked.get(command) }];
      });
      observed.commands.push(...withoutUndone(steps));
      return completion;
    },
    getAndResetSinkCalls: () => workflow.getAndResetSinkCalls(),
    dispose: async () => {
      observed.waitingAt = await waitingAt(workflow);
      await workflow.dispose();
    },
  };
}

/** What was asked for and taken back within one task never reached the server. */
function withoutUndone(steps: FoundStep[]): FoundStep[] {
  const undoes: Record<string, string> = {
    TimerCanceled: 'TimerStarted',
    ActivityTaskCancelRequested: 'ActivityTaskScheduled',
  };
  const has = (type: string, id: string | undefined) => steps.some((step) => step.type === type && step.id === id);
  return steps.filter(({ type, id }) => {
    if (undoes[type] !== undefined) return !has(undoes[type], id);
    const undo = Object.keys(undoes).find((key) => undoes[key] === type);
    return undo === undefined || !has(undo, id);
  });
}

function watchCommands({ context, activator }: Sandbox, observed: Observed, asked: WeakMap<Command, Asked>): void {
  const push = activator?.pushCommand?.bind(activator);
  if (activator === undefined || push === undefined || context === undefined) return;
  // An error of the sandbox: the SDK writes the stacks of those in the words of the TypeScript source.
  const SandboxError = vm.runInContext('Error.stackTraceLimit = 30; Error', context) as ErrorConstructor;
  let count = 0;
  activator.pushCommand = (command, complete) => {
    const index = count++;
    asked.set(command, { index, stack: workflowFrames(new SandboxError().stack) });
    if (index === observed.stopAt) {
      debugger; // The workflow asks for what its history does not hold. The callers below say why.
    }
    push(command, complete);
  };
}

/** Asks the workflow itself, by the query that the Web UI uses too. */
async function waitingAt(workflow: Workflow): Promise<string> {
  // `variant` is what the SDK's decoder adds to a job that comes over the wire.
  const query = { variant: 'queryWorkflow' as const, queryWorkflow: { queryId: 'stack', queryType: '__stack_trace' } };
  const completion = await workflow.activate({ jobs: [query] });
  const [answer] = completion.successful?.commands ?? [];
  const response = answer?.respondToQuery?.succeeded?.response;
  const stacks = response?.data ? (JSON.parse(Buffer.from(response.data).toString('utf8')) as string) : '';
  const own = stacks.split('\n\n').map(workflowFrames).filter(Boolean);
  // Of each waiting line of callers only the whole: the SDK lists every promise of it.
  return own.filter((stack, at) => !own.some((other, i) => i !== at && other.endsWith(stack))).join('\n\n');
}

/** Only the workflow's own lines: those of the SDK between them say nothing to whoever looks for a mistake. */
function workflowFrames(stack = ''): string {
  const own = (line: string) =>
    /\.[jt]s:\d+/.test(line) && !/node_modules\/|node:/.test(line) && !line.includes(__dirname);
  return stack.split('\n').filter(own).join('\n');
}

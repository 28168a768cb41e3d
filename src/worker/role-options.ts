import path from 'node:path';
import type { InjectedSinks, WorkerOptions } from '@temporalio/worker';
import { CHILDREN_MAX } from '../adapters/agents';
import type { Settings } from '../adapters/config/settings';
import type { FrameWriter } from '../adapters/redis/live-frames';
import type { LiveFrameSinks } from '../contracts/live-frames';
import type { TaskQueue } from '../contracts/task-queues';
import type { Dependencies } from './dependencies';

/** Built once with the rest of dist: a worker that bundles at start boots in 2–3 s instead of 0.6 s. */
const WORKFLOW_BUNDLE = path.join(__dirname, '..', 'workflow-bundle.js');

type RoleOptions = Omit<WorkerOptions, 'taskQueue' | 'connection' | 'namespace'>;

/** What is served on each queue, and with how much at once. Activities are imported only by the roles that have them. */
export async function roleOptions(
  queue: TaskQueue,
  dependencies: Dependencies,
  settings: Settings,
): Promise<RoleOptions> {
  switch (queue) {
    case 'workflows': {
      const { fastActivities } = await import('../activities/index.js');
      return {
        activities: fastActivities(dependencies.fast()),
        // Only what workflows execute beside themselves; their queue has no activities.
        enableNonLocalActivities: false,
        workflowBundle: { codePath: WORKFLOW_BUNDLE },
        stickyQueueScheduleToStartTimeout: '1 second',
        maxCachedWorkflows: 500,
      };
    }
    case 'simulations': {
      const { simulationFastActivities } = await import('../activities/index.js');
      return {
        activities: simulationFastActivities(dependencies.fast()),
        enableNonLocalActivities: false,
        workflowBundle: { codePath: WORKFLOW_BUNDLE },
        stickyQueueScheduleToStartTimeout: '1 second',
        // Each holds the state of a world.
        maxCachedWorkflows: 200,
        // Ticks are CPU: two at once on one thread would only make both late.
        maxConcurrentWorkflowTaskExecutions: 2,
        sinks: liveFrameSinks(dependencies.frames()),
      };
    }
    case 'llm': {
      const { llmActivities } = await import('../activities/index.js');
      return {
        activities: llmActivities(dependencies.llm()),
        maxConcurrentActivityTaskExecutions: settings.llm.maxInFlight,
        // Cancellations arrive with heartbeats; the default throttle of 2.4 s would let a cancelled call spend on.
        maxHeartbeatThrottleInterval: '500 milliseconds',
      };
    }
    case 'io': {
      const { ioActivities } = await import('../activities/index.js');
      const { taskQueuePrefix } = settings.temporal;
      return {
        activities: ioActivities({ ...dependencies.io(), taskQueuePrefix }),
        maxConcurrentActivityTaskExecutions: 50,
        // As above: a cancelled tool is told soon.
        maxHeartbeatThrottleInterval: '500 milliseconds',
      };
    }
    case 'agents': {
      const { agentActivities } = await import('../activities/index.js');
      return {
        activities: agentActivities({ pool: dependencies.pool, agents: dependencies.agents() }),
        maxConcurrentActivityTaskExecutions: CHILDREN_MAX,
        maxHeartbeatThrottleInterval: '500 milliseconds',
      };
    }
  }
}

/** A task does not end before its sinks returned: they hand over and wait for nothing. */
function liveFrameSinks({ show }: FrameWriter): InjectedSinks<LiveFrameSinks> {
  return { liveFrames: { show: { fn: (_info, ...frame) => show(...frame), callDuringReplay: false } } };
}

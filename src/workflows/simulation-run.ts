import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  proxyActivities,
} from '@temporalio/workflow';
import type { SimulationInput, SimulationIoActivities, SimulationResult } from '../contracts/simulation';
import { taskQueue } from '../contracts/task-queues';
import type { Json } from '../domain/kernel/canonical-json';
import { LonghaulError } from '../domain/kernel/errors';
import { type Position, startingPosition } from '../domain/simulation/position';
import type { Minds } from '../domain/simulation/run/minds';
import { type WorldEntry, worldOf } from '../domain/worlds';
import { CANCELLED } from './simulation/endings';
import { answerSimulationMessages } from './simulation/messages';
import { SimulationDriver } from './simulation/simulation-driver';

/**
 * One simulation, tick by tick to its end. The world's rules are pure code that runs here, or beside it where ticks wait for
 * nobody; agents are asked by activities, and what they decided is all that is recorded: everything else follows from it.
 */
export async function simulationRun(input: SimulationInput): Promise<SimulationResult> {
  const entry = entryOf(input);
  const driver = new SimulationDriver(input, entry);
  answerSimulationMessages(driver);
  const { position, minds } = input.carried ?? (await startOf(input, entry));
  await driver.begin(position, minds);
  const ending = await driver.driveToEnd();
  if (ending === undefined) {
    await CancellationScope.nonCancellable(() => condition(allHandlersFinished));
    // A cancel request is not carried over by continue-as-new: one that came meanwhile is obeyed here.
    if (!CancellationScope.current().consideredCancelled) {
      return await continueAsNew<typeof simulationRun>({ ...input, plan: driver.player.plan, carried: driver.carry() });
    }
  }
  return await CancellationScope.nonCancellable(async () => {
    const result = await driver.finish(ending ?? CANCELLED);
    await condition(allHandlersFinished);
    return result;
  });
}

/** A version that this worker does not hold fails the task, not the run: it goes on with a worker that does. */
function entryOf({ plan: { world, worldVersion } }: SimulationInput): WorldEntry {
  const entry = worldOf(world, worldVersion);
  if (entry) return entry;
  throw new LonghaulError('WorldMissing', { world, version: worldVersion });
}

async function startOf(
  input: SimulationInput,
  { world }: WorldEntry,
): Promise<{ position: Position<Json, Json>; minds: Minds }> {
  const { tenant, runId, plan, isFork } = input;
  if (!isFork) return { position: startingPosition(world.init(plan.scenario, plan.seed)), minds: {} };
  const { openFork } = proxyActivities<SimulationIoActivities>({
    taskQueue: taskQueue('io', input.taskQueuePrefix),
    startToCloseTimeout: '5 minutes',
    retry: { initialInterval: 100, maximumInterval: '10 seconds' },
    summary: 'take over the parent’s position',
  });
  return await CancellationScope.nonCancellable(() => openFork({ tenant, runId }));
}

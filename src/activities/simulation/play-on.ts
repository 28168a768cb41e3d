import { Context } from '@temporalio/activity';
import type { FrameWriter } from '../../adapters/redis/live-frames';
import type { PlayOnInput, PlayOnResult, SimulationIoActivities } from '../../contracts/simulation';
import type { Course, PlainTicks } from '../../domain/deciders/course';
import { plainTicks } from '../../domain/deciders/plain-ticks';
import { InvariantError } from '../../domain/kernel/assert';
import type { Json } from '../../domain/kernel/canonical-json';
import type { PlayedTick } from '../../domain/simulation/play';
import { type Position, positionHash } from '../../domain/simulation/position';
import type { Spent } from '../../domain/simulation/run/spent';
import type { WorldEvent } from '../../domain/simulation/world';
import { heartbeating } from '../heartbeating';
import { toApplicationFailure } from '../to-application-failure';
import { CpuMeter } from './cpu-ms';
import { recordedBefore, recordStretch, type RecordTicksDeps } from './record-ticks';
import { LiveStretch } from './live-stretch';
import { RecordedAnswers, type RecordedAnswersDeps } from './recorded-answers';
import { StretchWriter, type StretchWriterDeps } from './stretch-writer';
import { rowOf } from './tick-row';

export type PlayOnDeps = RecordTicksDeps &
  RecordedAnswersDeps &
  StretchWriterDeps & { frames: Pick<FrameWriter, 'show'> };

/**
 * Plays what would cost a workflow most: ticks in which nobody has to be waited for, each computed once and written by who
 * computed it. The workflow plays the tick after them itself, from the same state, and so holds this one against itself.
 */
export function createPlayOn(deps: PlayOnDeps): SimulationIoActivities['playOn'] {
  return async (input) => {
    try {
      return await heartbeating(() => playOn(deps, input));
    } catch (error) {
      throw toApplicationFailure(error);
    }
  };
}

async function playOn(deps: PlayOnDeps, input: PlayOnInput): Promise<PlayOnResult> {
  const { tenant, runId, worldVersion, course, untilTick } = input;
  const loaded = await deps.simulations.load(tenant, runId, worldVersion);
  const start = await startOf(deps, input);
  const { cancellationSignal } = Context.current();
  await deps.own.next();
  const meter = new CpuMeter();
  const plain = plainTicks(loaded.entry, start, course);
  const answers = new RecordedAnswers(deps, loaded, input);
  const writer = new StretchWriter(deps, { tenant, runId }, meter);
  const live = new LiveStretch(deps.frames, input, loaded.simulation.ticks);
  for (let { tick } = start; tick < untilTick; tick += 1) {
    cancellationSignal.throwIfAborted(); // this attempt was given up: another one may be under way
    const played = await nextOf(plain, (call) => meter.without(() => answers.to(call)));
    if (played === undefined) break;
    const row = rowOf(loaded.entry.world, played, { asked: course.kind === 'asked' });
    live.played(row, () => plain.reached.known?.spent ?? spentBefore(course));
    await writer.add(row, played.position, answers.take());
  }
  const spentMs = meter.ms;
  await writer.end();
  const { position, ...reached } = plain.reached;
  deps.positions.keep(runId, { position, worldVersion });
  const ticks = position.tick - start.tick;
  const hash = positionHash(position);
  return { position, ...reached, hash, ...(ticks === 0 ? {} : { cpuMsPerTick: spentMs / ticks }) };
}

function spentBefore(course: Course): Spent {
  return course.kind === 'standing' ? course.spent : course.known.spent;
}

async function startOf(deps: PlayOnDeps, input: PlayOnInput): Promise<Position<Json, Json>> {
  if (input.to.tick === input.from.tick) return await recordedBefore(deps, input);
  const { position } = await recordStretch(deps, input);
  return position;
}

type Played = PlayedTick<Json, Json, WorldEvent>;

/** @returns undefined where the run has to play itself: also what breaks a rule of its world, which is for the run to report */
async function nextOf(plain: PlainTicks, answerTo: RecordedAnswers['to']): Promise<Played | undefined> {
  try {
    const asking = plain.next();
    let step = asking.next();
    while (step.done !== true) {
      const answer = await answerTo(step.value);
      if (answer === undefined) return undefined;
      step = asking.next(answer);
    }
    return step.value;
  } catch (error) {
    if (error instanceof InvariantError) return undefined;
    throw error;
  }
}

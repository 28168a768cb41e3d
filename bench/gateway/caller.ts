import { setMaxListeners } from 'node:events';
import { createProviders } from '../../src/adapters/llm';
import { LonghaulError } from '../../src/domain/kernel/errors';
import { median, round } from '../figures';
import { callOf, requestOf } from './call';
import { openBenchGateway, providersAt } from './open-bench-gateway';
import type { Task, TaskReport } from './task';

/** Far beyond what any call takes here. */
const TIMEOUT_MS = 60_000;

interface Side {
  call(index: number, signal: AbortSignal): Promise<unknown>;
  stop(): Promise<void>;
}

const task = JSON.parse(process.argv[2]!) as Task;
async function main(): Promise<void> {
  const side = task.side === 'bare' ? bareSide() : await gatewaySide();
  const deadline = new AbortController();
  setMaxListeners(0, deadline.signal); // every call under way listens
  await makeCalls(side, task.first, task.warmUp, deadline.signal);
  const [beganAt, cpu] = [performance.now(), process.cpuUsage()];
  if (task.forMs !== undefined) setTimeout(() => deadline.abort(), task.forMs).unref();
  const { times, failures } = await makeCalls(side, task.first + task.warmUp, task.calls, deadline.signal);
  const { user, system } = process.cpuUsage(cpu);
  const report: TaskReport = {
    completed: times.length,
    failures,
    ms: round(performance.now() - beganAt),
    cpuMs: round((user + system) / 1000),
    p50Ms: times.length > 0 ? round(median(times)) : 0,
  };
  await side.stop();
  process.stdout.write(`${JSON.stringify(report)}\n`);
}

function bareSide(): Side {
  const providers = createProviders(providersAt(task));
  const deadlines = { headersMs: TIMEOUT_MS, idleMs: TIMEOUT_MS, totalMs: TIMEOUT_MS };
  return {
    call: (index, signal) => {
      const request = requestOf(task, index);
      const attemptKey = `${task.runId}/bare/${index}#1`;
      return providers.providerFor(request.model).complete({ request, attemptKey, deadlines, signal });
    },
    stop: async () => undefined,
  };
}

async function gatewaySide(): Promise<Side> {
  const { gateway, stop } = await openBenchGateway(task);
  return {
    call: (index, signal) => gateway.call(callOf(task, index, TIMEOUT_MS), { signal, heartbeat: () => undefined }),
    stop,
  };
}

async function makeCalls(side: Side, first: number, count: number, signal: AbortSignal) {
  const times: number[] = [];
  const failures: Record<string, number> = {};
  let next = first;
  const lane = async () => {
    while (next < first + count && !signal.aborted) {
      const beganAt = performance.now();
      try {
        await side.call(next++, signal);
        times.push(performance.now() - beganAt);
      } catch (error) {
        const code = LonghaulError.is(error) ? error.code : signal.aborted ? 'given up' : String(error);
        failures[code] = (failures[code] ?? 0) + 1;
      }
    }
  };
  await Promise.all(Array.from({ length: task.parallel }, lane));
  return { times, failures };
}

void main();

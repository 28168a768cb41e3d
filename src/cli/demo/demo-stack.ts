import { isSupervised, readState, stackFolder, type StackState } from '../../adapters/embedded';
import { present } from '../../domain/kernel/assert';
import { LonghaulError } from '../../domain/kernel/errors';
import { ApiClient } from '../../client/api-client';
import { startStackIn } from '../stack/start-stack';
import type { Console } from '../view/console';

/** The stack that a demonstration runs on. */
export interface DemoStack {
  /** Current: pids change when something is restarted. */
  state(): StackState;
  /** Whether it ends with the demonstration. */
  own: boolean;
  logs: string;
  /** Why waiting for it is in vain, if it is. */
  givesUp(): Error | undefined;
  stop(): Promise<void>;
}

/** The stack that runs in `dir` already, or a new one there. @throws the signal's reason when it was given up meanwhile */
export async function openStack(dir: string, console: Console, signal: AbortSignal): Promise<DemoStack> {
  const logs = `${stackFolder(dir)}/logs`;
  const running = readState(dir);
  if (running?.api && isSupervised(running)) {
    console.note(`Using the stack that runs in ${dir} (process ${running.supervisorPid}).`);
    return {
      state: () => readState(dir) ?? running,
      own: false,
      logs,
      givesUp: () => (isSupervised(running) ? undefined : ended(dir, running)),
      stop: () => Promise.resolve(),
    };
  }
  const stack = await startStackIn(dir, { signal }, console);
  return { state: () => stack.state, own: true, logs, givesUp: () => undefined, stop: () => stack.stop() };
}

export function clientOf(state: StackState): ApiClient {
  return new ApiClient({ url: present(state.api, 'a stack that is up has an API').url, token: state.token });
}

function ended(dir: string, { supervisorPid }: StackState): LonghaulError {
  const detail = `its supervisor (process ${supervisorPid}) ended. Its runs go on with the next \`longhaul up\` there`;
  return new LonghaulError('ServiceUnavailable', { service: `The stack in ${dir}`, detail });
}

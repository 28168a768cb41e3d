import { once } from 'node:events';
import { Interrupted } from '../exit';
import { onInterrupt } from '../interrupt';
import type { Console } from '../view/console';
import { type DemoStack, openStack } from './demo-stack';

interface Stay {
  /** Stops everything when the demonstration is over, also on a terminal. */
  exit?: boolean | undefined;
  console: Console;
}

/** Shows something on the stack that runs here, or on one of its own, which it stops in the end. */
export async function onDemoStack<T>(
  { exit, console }: Stay,
  show: (stack: DemoStack, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { signal } = onInterrupt();
  const stack = await openStack(process.cwd(), console, signal);
  try {
    const shown = await show(stack, signal);
    if (stack.own && !exit && console.isTerminal) {
      console.say('\nAll of it stays up. Ctrl-C stops it.');
      if (!signal.aborted) await once(signal, 'abort');
    }
    return shown;
  } catch (error) {
    if (!(error instanceof Interrupted)) console.note(`The logs of all processes are in ${stack.logs}.`);
    throw error;
  } finally {
    if (stack.own) console.note('Stopping the stack.');
    await stack.stop();
  }
}

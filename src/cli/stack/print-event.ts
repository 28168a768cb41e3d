import type { StackEvent } from '../../adapters/embedded';
import type { Console } from '../view/console';

/** The ladders as they are walked, and what happens to the programs afterwards; to stderr, beside the answer. */
export function printEvent(console: Console): (event: StackEvent) => void {
  return (event) => {
    const line = lineOf(event);
    if (line !== undefined) console.note(line);
  };
}

function lineOf(event: StackEvent): string | undefined {
  switch (event.type) {
    case 'rung':
      return `${event.service.padEnd(10)} ${event.taken ? '✓' : '·'} ${event.rung}: ${event.detail}`;
    case 'progress':
      return `${event.service.padEnd(10)}   ${event.text}`;
    case 'left-over':
      return `stopped ${event.name} (process ${event.pid}), left behind by a stack that was killed`;
    case 'migrated':
      return 'database   ✓ schema is current';
    case 'ready':
      return event.restarted
        ? `${event.name} is back (process ${event.pid})`
        : `${event.name.padEnd(16)} ready after ${event.tookMs} ms`;
    case 'died':
      return `${event.name} (process ${event.pid}) died; it is started again`;
    case 'start-failed':
      return `${event.name} did not start: ${event.message}; next try in ${event.nextTryMs} ms`;
    case 'spawned':
    case 'stopped':
      return undefined;
  }
}

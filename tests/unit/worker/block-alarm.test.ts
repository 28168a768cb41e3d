import { startBlockAlarm } from '../../../src/worker/loops/block-alarm';
import { eventually } from '../../support/until';

test('an event loop that stood still is told, with how long', async () => {
  const lines: { facts: object; message: string }[] = [];
  const write = (facts: object, message: string) => void lines.push({ facts, message });
  const log = { info: write, warn: write, error: write, debug: write };
  const alarm = startBlockAlarm(log as never, { windowMs: 200, alarmMs: 800 });
  try {
    const [line] = (await eventually('the alarm', () => {
      if (lines.length === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_500);
      return lines.length > 0 ? lines : undefined;
    })) as typeof lines;
    expect(line!.message).toContain('event loop was blocked');
    expect((line!.facts as { maxMs: number }).maxMs).toBeGreaterThan(800);
  } finally {
    await alarm.stop();
  }
});

import { CpuMeter, cpuMs } from '../../../../src/activities/simulation/cpu-ms';
import { OwnTurns } from '../../../../src/activities/simulation/own-turns';

function compute(ms: number): void {
  for (const begun = cpuMs(); cpuMs() - begun < ms;);
}

test('ten who compute at once leave a turn to timers and sockets between any two parts', async () => {
  const turns = new OwnTurns();
  const seen: string[] = [];
  const heartbeat = setInterval(() => seen.push('beat'), 1);
  const player = async (name: string) => {
    for (let part = 0; part < 3; part += 1) {
      await turns.next();
      seen.push(name);
      compute(5);
    }
  };
  await Promise.all(Array.from({ length: 10 }, (_, index) => player(`player ${index}`)));
  clearInterval(heartbeat);
  const parts = seen.filter((one) => one !== 'beat');
  expect(parts).toHaveLength(30);
  expect(parts.slice(0, 10)).toEqual(parts.slice(10, 20)); // in turn
  const together = seen.filter((one, index) => one !== 'beat' && seen[index + 1] !== 'beat');
  expect(together.length).toBeLessThanOrEqual(2); // the last one, and the first before the timer's first millisecond
});

test('what others compute while it waits is not in the time of a stretch', async () => {
  const meter = new CpuMeter();
  compute(10);
  await meter.without(async () => {
    await new Promise(setImmediate);
    compute(200);
  });
  expect(meter.ms).toBeGreaterThanOrEqual(10);
  expect(meter.ms).toBeLessThan(150);
});

import { playSeed } from './play-seed';

/** `worker.ts FIRST STEP END TICKS`: every STEP-th seed, one JSON line each. */
const [first, step, end, ticks] = process.argv.slice(2).map(Number) as [number, number, number, number];
for (let seed = first; seed < end; seed += step) process.stdout.write(`${JSON.stringify(playSeed(seed, ticks))}\n`);

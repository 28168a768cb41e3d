import { parseArgs } from 'node:util';
import { productBuild } from './build';
import { type Fault, faultNamed, FAULTS, SIMULATION_KILLS, THREE_KILLS } from './faults';
import { isGreen, runChaos } from './run-chaos';
import { runSabotage } from './run-sabotage';
import { simulations, thousand } from './workload';

const USAGE = `npm run chaos -- --seed N [--minutes M] [--faults F1,F5,…] [--json] [--simulation [--times N] | --thousand | --sabotage]

  --seed N      decides delays, victims and order
  --minutes M   how long faults go on (1); each strikes at least once
  --faults …    which (all):
${FAULTS.map(({ name, what }) => `                ${name.padEnd(4)} ${what}`).join('\n')}
  --json        the verdict as one JSON line on stdout
  --simulation  instead: simulations, in whose course ${SIMULATION_KILLS.map(({ name }) => name).join(', ')}
                are killed, each at --times N moments of the seed (3); every one must end in the hash of the calm one
  --thousand    instead: one graph of 1,000 agents, in whose course three processes are killed
  --sabotage    instead: five broken builds, each of which must be caught`;

const MINUTES_MAX = 24 * 60;
const TIMES_MAX = 1_000;

type Asked = { minutes: number; times: number; faults: readonly Fault[] };

/** What strikes what, by mode. */
const MODES = {
  mix: ({ minutes, faults }: Asked) => ({ minutes, faults }),
  thousand: () => ({ minutes: 0, faults: [THREE_KILLS], workload: thousand }),
  simulation: ({ times }: Asked) => ({ minutes: 0, faults: SIMULATION_KILLS, times, workload: simulations }),
};

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string' },
      minutes: { type: 'string', default: '1' },
      faults: { type: 'string' },
      json: { type: 'boolean', default: false },
      simulation: { type: 'boolean', default: false },
      times: { type: 'string', default: '3' },
      thousand: { type: 'boolean', default: false },
      sabotage: { type: 'boolean', default: false },
    },
  });
  const [seed, minutes, times] = [Number(values.seed), Number(values.minutes), Number(values.times)];
  if (values.seed === undefined || !Number.isSafeInteger(seed)) throw new Error(USAGE);
  if (!(minutes >= 0 && minutes <= MINUTES_MAX))
    throw new Error(`--minutes is ${values.minutes}; expected a number from 0 to ${MINUTES_MAX}.`);
  if (!(Number.isSafeInteger(times) && times >= 1 && times <= TIMES_MAX))
    throw new Error(`--times is ${values.times}; expected a whole number from 1 to ${TIMES_MAX}.`);
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  const print = (document: object) =>
    process.stdout.write(`${JSON.stringify(document, null, values.json ? undefined : 2)}\n`);
  if (values.sabotage) {
    const caught = await runSabotage(seed, say);
    print({ seed, sabotage: caught });
    if (caught.some(({ by }) => by.length === 0)) process.exitCode = 1;
    return;
  }
  const named = values.faults === undefined ? FAULTS : values.faults.split(',').map(faultNamed);
  const mode = values.simulation ? 'simulation' : values.thousand ? 'thousand' : 'mix';
  const report = await runChaos({
    seed,
    ...MODES[mode]({ minutes, times, faults: named }),
    build: productBuild(),
    keepFailed: true,
    say,
  });
  print(report);
  if (!isGreen(report)) process.exitCode = 1;
}

main().then(
  () => process.exit(),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);

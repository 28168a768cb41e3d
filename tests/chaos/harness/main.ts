import { parseArgs } from 'node:util';
import { productBuild } from './build';
import { faultNamed, FAULTS, THREE_KILLS } from './faults';
import { isGreen, runChaos } from './run-chaos';
import { runSabotage } from './run-sabotage';
import { thousand } from './workload';

const USAGE = `npm run chaos -- --seed N [--minutes M] [--faults F1,F5,…] [--json] [--thousand | --sabotage]

  --seed N      decides delays, victims and order
  --minutes M   how long faults go on (1); each strikes at least once
  --faults …    which (all):
${FAULTS.map(({ name, what }) => `                ${name.padEnd(4)} ${what}`).join('\n')}
  --json        the verdict as one JSON line on stdout
  --thousand    instead: one graph of 1,000 agents, in whose course three processes are killed
  --sabotage    instead: five broken builds, each of which must be caught`;

const MINUTES_MAX = 24 * 60;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string' },
      minutes: { type: 'string', default: '1' },
      faults: { type: 'string' },
      json: { type: 'boolean', default: false },
      thousand: { type: 'boolean', default: false },
      sabotage: { type: 'boolean', default: false },
    },
  });
  const [seed, minutes] = [Number(values.seed), Number(values.minutes)];
  if (values.seed === undefined || !Number.isSafeInteger(seed)) throw new Error(USAGE);
  if (!(minutes >= 0 && minutes <= MINUTES_MAX))
    throw new Error(`--minutes is ${values.minutes}; expected a number from 0 to ${MINUTES_MAX}.`);
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
  const what = values.thousand ? { minutes: 0, faults: [THREE_KILLS], workload: thousand } : { minutes, faults: named };
  const report = await runChaos({ seed, ...what, build: productBuild(), keepFailed: true, say });
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

import { parseArgs } from 'node:util';
import { runLargeRun } from './graph/large-run';
import { printReport } from './graph/print';
import { runGraphBench } from './graph/run-graph-bench';

const USAGE = `npm run bench -- graph [--quick] [--json] [--chain N] [--kills N] [--case n5000]

  graph      agent runs beside bare Temporal workflows of the same shape
  --quick    one pair and one kill of each, graphs of 100 agents only
  --json     the figures as one JSON line on stdout
  --chain N  length of the chain (100)
  --kills N  how often each process is killed (12)
  --case n5000  instead of all that: one run of 5,000 agents, minutes long`;

const CHAIN_MAX = 1_000;
const KILLS_MAX = 100;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      chain: { type: 'string', default: '100' },
      case: { type: 'string' },
      kills: { type: 'string' },
    },
  });
  if (positionals.join() !== 'graph') throw new Error(USAGE);
  const chainLength = wholeNumber('--chain', values.chain, 1, CHAIN_MAX);
  const kills = values.kills === undefined ? undefined : wholeNumber('--kills', values.kills, 0, KILLS_MAX);
  if (values.case !== undefined && values.case !== 'n5000') throw new Error(USAGE);
  const say = (line: string) => process.stderr.write(`${line}\n`);
  if (values.case === 'n5000') return void process.stdout.write(`${JSON.stringify(await runLargeRun(say))}\n`);
  const report = await runGraphBench({
    quick: values.quick,
    chainLength,
    kills,
    say,
  });
  process.stdout.write(`${values.json ? JSON.stringify(report) : printReport(report)}\n`);
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new Error(`${name} is ${text}; expected a whole number from ${least} to ${most}.`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});

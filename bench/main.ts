import { parseArgs } from 'node:util';
import { runLargeRun } from './graph/large-run';
import { printReport } from './graph/print';
import { runGraphBench } from './graph/run-graph-bench';

const USAGE = `npm run bench -- graph [--quick] [--json] [--chain N] [--case n5000]

  graph      agent runs beside bare Temporal workflows of the same shape
  --quick    one pair of each, graphs of 100 agents only
  --json     the figures as one JSON line on stdout
  --chain N  length of the chain (100)
  --case n5000  instead of all that: one run of 5,000 agents, minutes long`;

const CHAIN_MAX = 1_000;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      chain: { type: 'string', default: '100' },
      case: { type: 'string' },
    },
  });
  const chainLength = Number(values.chain);
  if (positionals.join() !== 'graph') throw new Error(USAGE);
  if (!Number.isInteger(chainLength) || chainLength < 1 || chainLength > CHAIN_MAX)
    throw new Error(`--chain is ${values.chain}; expected a whole number from 1 to ${CHAIN_MAX}.`);
  if (values.case !== undefined && values.case !== 'n5000') throw new Error(USAGE);
  const say = (line: string) => process.stderr.write(`${line}\n`);
  if (values.case === 'n5000') return void process.stdout.write(`${JSON.stringify(await runLargeRun(say))}\n`);
  const report = await runGraphBench({
    quick: values.quick,
    chainLength,
    say,
  });
  process.stdout.write(`${values.json ? JSON.stringify(report) : printReport(report)}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});

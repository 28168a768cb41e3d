import { parseArgs } from 'node:util';
import { FORMS } from './gateway/form';
import { printGatewayReport } from './gateway/print';
import { PARTS, runGatewayBench } from './gateway/run-gateway-bench';
import { runLargeRun } from './graph/large-run';
import { printReport } from './graph/print';
import { runGraphBench } from './graph/run-graph-bench';
import { FORMS as SIMULATION_FORMS } from './simulation/form';
import { printSimulationReport } from './simulation/print';
import { runLongSimulation } from './simulation/long-run';
import { runSimulationBench } from './simulation/run-simulation-bench';

const USAGE = `npm run bench -- graph [--quick] [--json] [--chain N] [--kills N] [--case n5000]
npm run bench -- gateway [--quick | --long] [--json] [--part ${PARTS.join('|')}]

npm run bench -- simulation [--quick] [--json] [--case n100000]

  graph      agent runs beside bare Temporal workflows of the same shape
  gateway    the paid path without Temporal: limits kept, batches, overhead, budgets
  simulation ticks of worlds beside the engine alone and bare Temporal workflows; a kill, a fork, a replay
  --quick    graph: one pair and one kill of each, graphs of 100 agents only
             gateway: ${FORMS.quick.says}
             simulation: ${SIMULATION_FORMS.quick.says}
  --long     gateway: ${FORMS.long.says}
             without either: ${FORMS.usual.says}
  --json     the figures as one JSON line on stdout
  --part P   only this part of the gateway's benchmark
  --chain N  length of the chain (100)
  --kills N  how often each process is killed (12)
  --case C      instead of all that, minutes long. graph: n5000, one run of 5,000 agents; simulation: n100000, one fast-forward of so many ticks`;

const CHAIN_MAX = 1_000;
const KILLS_MAX = 100;

type Flags = ReturnType<typeof readArguments>['values'];

const BENCHMARKS: Record<string, (flags: Flags) => Promise<string>> = { graph, gateway, simulation };

async function main(): Promise<void> {
  const { values, positionals } = readArguments();
  const benchmark = BENCHMARKS[positionals.join()];
  if (!benchmark) throw new Error(USAGE);
  process.stdout.write(`${await benchmark(values)}\n`);
}

function readArguments() {
  return parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      long: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      chain: { type: 'string', default: '100' },
      case: { type: 'string' },
      kills: { type: 'string' },
      part: { type: 'string' },
    },
  });
}

async function graph({ quick, long, json, chain, case: only, kills: times }: Flags): Promise<string> {
  const chainLength = wholeNumber('--chain', chain, 1, CHAIN_MAX);
  const kills = times === undefined ? undefined : wholeNumber('--kills', times, 0, KILLS_MAX);
  if (long || (only !== undefined && only !== 'n5000')) throw new Error(USAGE);
  if (only === 'n5000') return JSON.stringify(await runLargeRun(say));
  const report = await runGraphBench({ quick, chainLength, kills, say });
  return json ? JSON.stringify(report) : printReport(report);
}

async function gateway({ quick, long, json, part: only }: Flags): Promise<string> {
  const part = PARTS.find((name) => name === only);
  if (part !== only || (quick && long)) throw new Error(USAGE);
  const form = quick ? 'quick' : long ? 'long' : 'usual';
  const report = await runGatewayBench({ form, part, say });
  return json ? JSON.stringify(report) : printGatewayReport(report);
}

async function simulation({ quick, long, json, case: only, kills, part }: Flags): Promise<string> {
  const others = [kills, part, only === 'n100000' ? undefined : only];
  if (long || others.some((flag) => flag !== undefined)) throw new Error(USAGE);
  if (only === 'n100000') return JSON.stringify(await runLongSimulation(say));
  const report = await runSimulationBench({ quick, say });
  return json ? JSON.stringify(report) : printSimulationReport(report);
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
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

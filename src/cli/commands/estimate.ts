import { existsSync } from 'node:fs';
import { extname } from 'node:path';
import type { EstimateView } from '../../contracts/api.schema';
import { readDefinition, readInputs } from '../graph-files';
import { estimateTable } from '../view/estimate-table';
import { integerBetween, namedValue, usDollars } from './option-values';
import { apiCommand, contextOf, type CommonOptions, type Registration } from './registration';

interface EstimateOptions extends CommonOptions {
  input: [string, unknown][];
  inputs?: string;
  budget?: number;
  graphVersion?: number;
}

export const registerEstimate: Registration = (program) => {
  apiCommand(
    program,
    'estimate <graph>',
    'what a run would cost, by agent: of a file, or of a stored graph by its name',
  )
    .option('--input <name=value>', 'one input; JSON values are read as JSON (repeatable)', namedValue, [])
    .option('--inputs <file>', 'inputs from a YAML or JSON file; --input wins over it')
    .option('--budget <usd>', 'cost budget to compare with in US dollars, instead of the graph’s', usDollars)
    .option('--graph-version <n>', 'of a stored graph; by default the latest', integerBetween(1, 2_147_483_647))
    .action(estimate);
};

async function estimate(graph: string, { graphVersion: version, ...options }: EstimateOptions): Promise<void> {
  const { api, console } = contextOf(options);
  const what = isFile(graph) ? { definition: readDefinition(graph) } : { graph: { name: graph, version } };
  const inputs = { ...readInputs(options.inputs), ...Object.fromEntries(options.input) };
  const answer = await api.post<EstimateView>('/estimates', { ...what, inputs, costBudgetUsd: options.budget });
  console.answer(answer, () => estimateTable(answer));
}

/** A file that is missing is a file all the same: its name says what was meant. */
function isFile(graph: string): boolean {
  return ['.yaml', '.yml', '.json'].includes(extname(graph)) || existsSync(graph);
}

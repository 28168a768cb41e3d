import { Option } from 'commander';
import { USAGE_GROUPS, type UsagePage } from '../../contracts/api.schema';
import { formatUsd } from '../../domain/kernel/money';
import { table } from '../view/run-table';
import { time } from './option-values';
import { contextOf, pageCommand, type CommonOptions, type PageOptions, type Registration } from './registration';

interface UsageOptions extends CommonOptions, PageOptions {
  by: (typeof USAGE_GROUPS)[number];
  from?: string;
  to?: string;
}

export const registerUsage: Registration = (program) => {
  pageCommand(program, 'usage', 'what was spent, by agent, model, provider, run or day')
    .addOption(new Option('--by <group>', 'what to sum by').choices([...USAGE_GROUPS]).default('model'))
    .option('--from <time>', 'only what ended from then on (ISO 8601)', time)
    .option('--to <time>', 'only what ended before then (ISO 8601)', time)
    .action(usage);
};

async function usage({ by, from, to, limit, cursor, ...options }: UsageOptions): Promise<void> {
  const { api, console } = contextOf(options);
  const page = await api.get<UsagePage>('/usage', { groupBy: by, from, to, limit, cursor });
  console.answer(page, () => {
    const rows = page.items.map((item) => [
      item.key,
      String(item.calls),
      String(item.inputTokens),
      String(item.outputTokens),
      formatUsd(item.costMicroUsd),
      item.unknownCalls === 0 ? '' : `${item.unknownCalls}, at most ${formatUsd(item.unknownMicroUsd)}`,
    ]);
    if (rows.length === 0) return 'Nothing was spent.';
    return (
      table([by, 'calls', 'input tokens', 'output tokens', 'cost', 'unknown'], rows) +
      (page.nextCursor === null ? '' : `\nMore: --cursor ${page.nextCursor}`)
    );
  });
}

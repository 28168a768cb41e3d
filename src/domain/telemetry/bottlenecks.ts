/** What the machine has and uses. Shares in percent; null: not known here. */
export interface Resources {
  cpuPercent: number;
  memoryPercent: number;
  diskPercent: number | null;
  /** Read and written by this process. */
  diskMegabytesPerS: number | null;
}

export interface CostSoFar {
  spentUsd: number;
  limitUsd: number;
}

export interface Bottleneck {
  what: 'cpu' | 'memory' | 'disk' | 'disk-throughput' | 'cost';
  /** One sentence. */
  finding: string;
  suggestion: string;
}

const BUSY_PERCENT = 80;
const DISK_MEGABYTES_PER_S = 500;
const COST_NEAR = 0.9;

const SUGGESTIONS: Readonly<Record<Bottleneck['what'], string>> = {
  cpu: 'Scale out: start more workers of the busy role on another machine.',
  memory: 'Use less memory: fewer calls in flight per worker, smaller payloads.',
  disk: 'Make room, or store payloads elsewhere.',
  'disk-throughput': 'Use faster storage.',
  cost: 'Spend less on models: shorter prompts, cheaper models, cassettes, batches.',
};

/** What is too busy (above 80 %, above 500 MB/s), and what is nearly (from 90 %) or wholly spent. */
export function bottlenecksOf(
  { cpuPercent, memoryPercent, diskPercent, diskMegabytesPerS }: Resources,
  cost: CostSoFar | null,
): Bottleneck[] {
  return [
    ...busy('cpu', 'CPU', cpuPercent),
    ...busy('memory', 'Memory', memoryPercent),
    ...busy('disk', 'Disk space', diskPercent ?? 0),
    ...((diskMegabytesPerS ?? 0) > DISK_MEGABYTES_PER_S
      ? [found('disk-throughput', `The disk moves ${diskMegabytesPerS!.toFixed(0)} MB/s.`)]
      : []),
    ...(cost === null ? [] : costFinding(cost)),
  ];
}

function busy(what: Bottleneck['what'], name: string, percent: number): Bottleneck[] {
  return percent > BUSY_PERCENT ? [found(what, `${name} is used to ${percent.toFixed(0)} %.`)] : [];
}

function costFinding({ spentUsd, limitUsd }: CostSoFar): Bottleneck[] {
  const ratio = spentUsd / limitUsd;
  const figures = `$${spentUsd.toFixed(2)} of $${limitUsd.toFixed(2)}`;
  if (ratio >= 1) return [found('cost', `Exceeded the cost limit: ${figures}.`)];
  return ratio >= COST_NEAR ? [found('cost', `Approaching the cost limit: ${figures}.`)] : [];
}

function found(what: Bottleneck['what'], finding: string): Bottleneck {
  return { what, finding, suggestion: SUGGESTIONS[what] };
}

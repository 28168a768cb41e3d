import { statfs } from 'node:fs/promises';
import { cpus, freemem, totalmem } from 'node:os';
import type { Resources } from '../../domain/telemetry/bottlenecks';

interface Counters {
  atMs: number;
  cpuIdleMs: number;
  cpuTotalMs: number;
  diskBytes: number;
}

/** What getrusage counts blocks in. */
const BLOCK_BYTES = 512;
const MEGABYTE = 1_000_000;

/** Rates are those since the sample before. */
export class ResourceSampler {
  private before = counters();

  /** @param dir whose file system is looked at */
  constructor(private readonly dir: string) {}

  async sample(): Promise<Resources> {
    const { before } = this;
    const now = counters();
    this.before = now;
    const cpuMs = now.cpuTotalMs - before.cpuTotalMs;
    const busyMs = cpuMs - (now.cpuIdleMs - before.cpuIdleMs);
    const seconds = Math.max(1, now.atMs - before.atMs) / 1_000;
    return {
      // The counters move in steps of 10 ms: between two looks within one of them nothing is known.
      cpuPercent: cpuMs <= 0 ? 0 : Math.min(100, Math.max(0, (busyMs / cpuMs) * 100)),
      memoryPercent: (1 - freemem() / totalmem()) * 100,
      diskPercent: await diskPercent(this.dir),
      diskMegabytesPerS: (now.diskBytes - before.diskBytes) / MEGABYTE / seconds,
    };
  }
}

function counters(): Counters {
  const times = cpus().map((cpu) => cpu.times);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const { fsRead, fsWrite } = process.resourceUsage();
  return {
    atMs: Date.now(),
    cpuIdleMs: sum(times.map(({ idle }) => idle)),
    cpuTotalMs: sum(times.flatMap((time) => Object.values(time))),
    diskBytes: (fsRead + fsWrite) * BLOCK_BYTES,
  };
}

/** The folder may not be there yet; then nothing is known of its disk. */
async function diskPercent(dir: string): Promise<number | null> {
  try {
    const { blocks, bavail } = await statfs(dir);
    return blocks === 0 ? null : (1 - bavail / blocks) * 100;
  } catch {
    return null;
  }
}

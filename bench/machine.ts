import { cpus, loadavg } from 'node:os';
import { version as temporalSdk } from '@temporalio/worker/package.json';
import type { Stack } from '../src/adapters/embedded';

/** What a figure is worth nothing without. */
export interface Machine {
  cpus: number;
  cpu: string;
  versions: Record<'node' | 'temporal' | 'temporalSdk' | 'postgres' | 'redis', string>;
  /** Load average of the last minute, before and after. Above the number of cpus the machine had other work. */
  load: { before: number; after: number };
}

export function describeMachine({ state: { services } }: Stack, loadBefore: number): Machine {
  return {
    cpus: cpus().length,
    cpu: cpus()[0]?.model ?? 'unknown',
    versions: {
      node: process.versions.node,
      temporal: services.temporal!.version,
      temporalSdk,
      postgres: services.postgres!.version,
      redis: services.redis!.version,
    },
    load: { before: loadBefore, after: load() },
  };
}

/** Rounded: more digits than a load average has meaning would look like precision. */
export function load(): number {
  return Math.round(loadavg()[0]! * 10) / 10;
}

import { configurationError } from './configuration-error';
import type { SeededRandom } from './seeded-random';

/** How long answers take: a distribution, drawn by request so that a run can be repeated with the same slow calls. */
export interface LatencyProfile {
  readonly spec: string;
  /** @returns ms from acceptance to the end of the answer */
  draw(random: SeededRandom): number;
}

interface LatencyShape {
  usage: string;
  parameters: number;
  draw(parameters: readonly number[], random: SeededRandom): number;
}

/** Longest answer; a profile cannot make one that outlives every client's deadline. */
export const LATENCY_MS_MAX = 600_000;

const SLOW_SHARE = 0.1;

const SHAPES: Record<string, LatencyShape> = {
  fixed: { usage: 'fixed:MS', parameters: 1, draw: ([ms]) => ms! },
  slow10: {
    usage: 'slow10:MS,SLOWMS',
    parameters: 2,
    draw: ([ms, slowMs], random) => (random.next() < SLOW_SHARE ? slowMs! : ms!),
  },
  lognormal: {
    usage: 'lognormal:MEDIANMS,SIGMA',
    parameters: 2,
    draw: ([medianMs, sigma], random) => medianMs! * Math.exp(sigma! * random.normal()),
  },
};

export const LATENCY_USAGE = Object.values(SHAPES).map((shape) => shape.usage);

/** @throws LonghaulError that lists the accepted forms. */
export function parseLatency(spec: string): LatencyProfile {
  const [name = '', list = ''] = spec.split(':', 2);
  const shape = Object.hasOwn(SHAPES, name) ? SHAPES[name]! : null;
  const parameters = list.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const usable = parameters.every((value) => Number.isFinite(value) && value >= 0 && value <= LATENCY_MS_MAX);
  if (shape === null || parameters.length !== shape.parameters || !usable) {
    throw configurationError(
      `latency "${spec}": expected one of ${LATENCY_USAGE.join(', ')} with numbers from 0 to ${LATENCY_MS_MAX}`,
    );
  }
  return { spec, draw: (random) => Math.min(LATENCY_MS_MAX, Math.round(shape.draw(parameters, random))) };
}

import type { Shape } from '../bare/shape';

export interface Case extends Shape {
  name: string;
}

/** Table of the usual shapes, so that figures can be laid beside those of other engines. */
const LAYERS = 5;
const USUAL_MS = 100;
const SLOW_MS = 600;
/** Every tenth node is slow, not by chance: the same ones in every run, on both sides. */
const SLOW_EVERY = 10;

export const CASES: readonly Case[] = [
  layered('n100-even', 100, 10, () => USUAL_MS),
  layered('n100-uneven', 100, 10, slowTenth),
  layered('n1000-even', 1000, 50, () => USUAL_MS),
  layered('n1000-uneven', 1000, 50, slowTenth),
];

/** Steps that take no time: a local activity is for nothing else, so its lane is measured with these. */
export const FAST_CASES: readonly Case[] = [
  layered('n100-zero', 100, 10, () => 0),
  layered('n1000-zero', 1000, 50, () => 0),
];

/** As large as a graph may be; its answers take no time, so that it ends within minutes. */
export const LARGE: Case = layered('n5000', 5_000, 200, () => 0);

/** One after the other, each taking no time: what is left is what a step costs. */
export function chain(length: number): Case {
  const nodes = Array.from({ length }, (_, index) => index);
  return {
    name: 'chain',
    durationsMs: nodes.map(() => 0),
    dependencies: nodes.map((index) => (index === 0 ? [] : [index - 1])),
    parallel: 1,
  };
}

/** Each node waits for two of the layer above it. */
function layered(name: string, nodes: number, parallel: number, durationOf: (index: number) => number): Case {
  const width = nodes / LAYERS;
  const parentsOf = (index: number): number[] => {
    const above = index - width;
    return above < 0 ? [] : [above, above - (index % width) + ((index + 1) % width)];
  };
  const indices = Array.from({ length: nodes }, (_, index) => index);
  return { name, durationsMs: indices.map(durationOf), dependencies: indices.map(parentsOf), parallel };
}

/** The offset is not a multiple of the layers' width, so that slow nodes do not stand below each other. */
function slowTenth(index: number): number {
  return (index + Math.floor(index / 20)) % SLOW_EVERY === 3 ? SLOW_MS : USUAL_MS;
}

/** How much an episodic memory has faded when it is recalled. */
export const DECAYS = ['none', 'linear', 'exponential', 'step'] as const;
export type Decay = (typeof DECAYS)[number];

/**
 * What is left, 1 (all) to 0.
 *
 * @param life how much of its life is over: 0 when it was just seen, 1 when it is forgotten
 */
export function remaining(decay: Decay, life: number): number {
  return REMAINING[decay](life);
}

const REMAINING: Readonly<Record<Decay, (life: number) => number>> = {
  none: () => 1,
  linear: (life) => Math.max(0, 1 - life),
  exponential: halved,
  step: (life) => (life < 0.5 ? 1 : life < 1 ? 0.5 : 0),
};

/** 0.5 to the power of `life`, straight between whole numbers: powers differ between engines, halving does not. */
function halved(life: number): number {
  let left = 1;
  let rest = life;
  for (; rest >= 1 && left > 0; rest -= 1) left /= 2;
  return left * (1 - rest / 2);
}

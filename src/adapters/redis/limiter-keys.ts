import type { LimitScope } from '../../domain/llm/limits';
import { stepOf } from '../../domain/llm/rate-window';

export type Argument = string | number;

/** Keys of one credential; one hash tag, so that they lie in one slot of a cluster. */
export function credentialKeys(prefix: string, credential: string) {
  const tag = `${prefix}:{limit:${credential}}`;
  return {
    generation: `${tag}:generation`,
    scopes: `${tag}:scopes`,
    announced: `${tag}:announced`,
    lock: `${tag}:rebuilding`,
    of: (family: string) => ({
      state: `${tag}:${family}:windows`,
      leases: `${tag}:${family}:leases`,
      held: `${tag}:${family}:held`,
    }),
  };
}

/** As the scripts read them: id, length, step, limit, burst (0: none), unit. The id outlives a change of the limit. */
export function windowArguments({ limits }: LimitScope): Argument[][] {
  const seen = new Map<string, number>();
  return limits.windows.map(({ windowMs, limit, burst, of = 'requests' }) => {
    const name = `${of[0]}${windowMs}`;
    const nth = seen.get(name) ?? 0;
    seen.set(name, nth + 1);
    return [`${name}${nth > 0 ? `#${nth}` : ''}:`, windowMs, stepOf(windowMs), limit, burst ?? 0, of[0]!];
  });
}

import type { Redis } from 'ioredis';

const READ_COUNT = 500;

/**
 * Reads a stream of JSON entries with one field each: what came since the last look, from the oldest that is kept. To be
 * asked often instead of blocking, because a blocking read holds a connection.
 */
export function liveTail<T>(redis: Redis, key: string): { next(): Promise<T[]> } {
  let from = '-';
  return {
    next: async () => {
      const entries = await redis.xrange(key, from, '+', 'COUNT', READ_COUNT);
      const last = entries.at(-1);
      if (last !== undefined) from = `(${last[0]}`;
      return entries.map(([, fields]) => JSON.parse(fields[1]!) as T);
    },
  };
}

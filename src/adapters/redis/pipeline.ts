import type { ChainableCommander } from 'ioredis';

/** Runs a pipeline and gives its answers. @throws the first error of any command; nothing is lost in an array. */
export async function execAll(pipeline: ChainableCommander): Promise<unknown[]> {
  const results = (await pipeline.exec()) ?? [];
  return results.map(([error, answer]) => {
    if (error) throw error;
    return answer;
  });
}

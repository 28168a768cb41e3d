import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { generationKey, healingKey } from './artifact-keys';
import { execAll } from './pipeline';

const END_HEALING = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
redis.call('SET', KEYS[2], ARGV[2])
return 1`;

/**
 * Whether Redis still holds what was published. The mark is gone after a flush, and names the server process that got
 * the entries: one that restarted may have lost the last second (`appendfsync everysec`), so it is filled again too.
 */
export class StreamGeneration {
  constructor(
    private readonly redis: Redis,
    private readonly stream: string,
  ) {}

  /** Fails within the command timeout when Redis is down: also the cheap check before any row is taken. */
  async isWhole(): Promise<boolean> {
    const [mark, info] = await execAll(this.redis.pipeline().get(generationKey(this.stream)).info('server'));
    return typeof mark === 'string' && mark.startsWith(`${serverOf(String(info))}:`);
  }

  /** Announces the filling; a flush in the middle of it removes the announcement, and `endHealing` then says false. */
  async beginHealing(): Promise<string> {
    const token = randomUUID();
    await this.redis.set(healingKey(this.stream), token);
    return token;
  }

  /** A new mark, by which readers notice that the stream is another one. */
  async endHealing(token: string): Promise<boolean> {
    const mark = `${serverOf(await this.redis.info('server'))}:${randomUUID()}`;
    const keys = [healingKey(this.stream), generationKey(this.stream)];
    return (await this.redis.eval(END_HEALING, keys.length, ...keys, token, mark)) === 1;
  }
}

function serverOf(info: string): string {
  return /^run_id:(\w+)/m.exec(info)?.[1] ?? 'unknown';
}

import type { Settings } from '../adapters/config/settings';
import type { Log } from '../adapters/log';
import type { Pool } from '../adapters/postgres';
import type { CassettePlayer } from '../gateway';

/**
 * Loaded with the first call: clients of providers are nearly half of what a process would load (0.9 of 2.1 s on a busy
 * machine), and whoever takes over from a lost worker most often has no recorded answer to play.
 */
export function lazyCassettePlayer(pool: Pool, settings: Settings, log: Log): CassettePlayer {
  const load = async () => {
    const [{ createCassettePlayer }, { createProviders }] = await Promise.all([
      import('../gateway/cassette-player.js'),
      import('../adapters/llm/index.js'),
    ]);
    return createCassettePlayer({ pool, providers: createProviders(settings.llm), log });
  };
  let player: ReturnType<typeof load> | undefined;
  const loaded = () => (player ??= load());
  return {
    call: async (...asked) => (await loaded()).call(...asked),
    find: async (...asked) => (await loaded()).find(...asked),
  };
}

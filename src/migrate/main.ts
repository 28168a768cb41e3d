import { loadSettings } from '../adapters/config';
import { migrate } from '../adapters/postgres';
import { lastWordsOf } from '../domain/kernel/message-of';

/** Brings the database to this program's schema; prints one JSON line with what was applied. Safe to run at once from many places. */
async function main(): Promise<void> {
  const { settings } = loadSettings({ env: process.env, cwd: process.cwd() });
  const applied = await migrate(settings.postgres.url);
  process.stdout.write(`${JSON.stringify({ applied })}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${lastWordsOf(error)}\n`);
  process.exitCode = 1;
});

import { loadSettings } from '../adapters/config/load-settings';
import { createLog } from '../adapters/log';
import { lastWordsOf } from '../domain/kernel/message-of';
import { createApp } from './app';
import { tokenFor } from './auth/token';
import { openDependencies } from './dependencies';
import { addressOf, drain, startServer } from './server';

/** `api/main.js`: prints READY with its address when it serves; drains on SIGTERM and SIGINT. */
async function main(): Promise<void> {
  const { settings } = loadSettings({ env: process.env, cwd: process.cwd() });
  const log = createLog(settings.log.level, { process: 'api' });
  const { token, generated } = tokenFor(settings.api.host, settings.api.token);
  const { deps, close } = await openDependencies(settings, token, log);
  const server = await startServer(createApp(deps), settings.api);
  const url = addressOf(server, settings.api.host);
  const stop = stopSignal(); // listened for before READY: whoever reads that line may send the signal at once
  process.stdout.write(`READY ${JSON.stringify({ url, ...(generated ? { token } : {}) })}\n`);
  log.info({ url }, 'api serves');
  await stop;
  deps.streams.end(); // they would go on for as long as their readers stay
  await drain(server);
  await close();
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
}

main().catch((error: unknown) => {
  process.stderr.write(`${lastWordsOf(error)}\n`);
  process.exitCode = 1;
  setImmediate(() => process.exit(1)); // a half-started process still holds sockets
});

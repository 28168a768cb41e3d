/** Real services on a busy machine: a step takes milliseconds, but a suite that starts processes takes seconds. */
jest.setTimeout(60_000);

/** Suites kill and flush; they must not even know the servers that the user works with. */
for (const name of ['TEMPORAL_ADDRESS', 'TEMPORAL_NAMESPACE', 'TEMPORAL_UI_URL', 'DATABASE_URL', 'REDIS_URL'])
  delete process.env[name];

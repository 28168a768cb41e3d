/** Real services on a busy machine: a step takes milliseconds, but a suite that starts processes takes seconds. */
jest.setTimeout(60_000);

/**
 * In a whole run (`npm test`) a test that fails is tried once more: two suites that kill and start servers share a few
 * cores with whatever else the machine does, and one missed wait among thousands of tests would refuse a landing. A
 * defect fails twice. `npm test` names every test that needed it; a suite run alone gets no second try.
 */
if (process.env.LONGHAUL_SECOND_TRY) jest.retryTimes(1, { logErrorsBeforeRetry: true });

/** Suites kill and flush; they must not even know the servers that the user works with. */
for (const name of ['TEMPORAL_ADDRESS', 'TEMPORAL_NAMESPACE', 'TEMPORAL_UI_URL', 'DATABASE_URL', 'REDIS_URL'])
  delete process.env[name];

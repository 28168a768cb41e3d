import { DefaultLogger, Runtime } from '@temporalio/worker';

/**
 * Import this where a suite creates workers. The SDK's default logger writes every retried task to stderr, which
 * buries what the suite says. Not in the common set-up: loading the native part costs every suite a second.
 */
Runtime.install({
  logger: new DefaultLogger('ERROR'),
  telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} } },
});

/** For afterAll: the native part keeps the process alive until it is told to end. */
export async function endTemporal(): Promise<void> {
  await Runtime.instance().shutdown();
}

import { once } from 'node:events';
import type { Stack } from '../../adapters/embedded';
import { onInterrupt } from '../interrupt';
import { linkLines, linksOf } from '../stack/links';
import { startStackIn } from '../stack/start-stack';
import type { Console } from '../view/console';
import { port } from './option-values';
import { consoleOf, jsonCommand, type CommonOptions, type Registration } from './registration';

interface UpOptions extends CommonOptions {
  apiPort?: number;
  uiPort?: number;
  standby?: boolean;
}

export const registerUp: Registration = (program) => {
  jsonCommand(
    program,
    'up',
    'start Temporal, PostgreSQL, Redis, the model server, workers and API in this folder; Ctrl-C stops them',
  )
    .option('--api-port <port>', 'port of the API; a free one by default', port)
    .option('--ui-port <port>', 'port of the embedded Temporal’s Web UI; a free one by default', port)
    .option('--standby', 'keep a booted spare of each worker, which takes over when its sibling dies')
    .action(up);
};

async function up({ apiPort, uiPort, standby, ...options }: UpOptions): Promise<void> {
  const console = consoleOf(options);
  const { signal } = onInterrupt();
  const ports = { api: apiPort, temporalUi: uiPort };
  const stack = await startStackIn(process.cwd(), { ports, standby, signal }, console);
  tell(stack, console);
  if (!signal.aborted) await once(signal, 'abort');
  console.note('Stopping: calls under way may end first. Ctrl-C again gives them up; the next start clears away.');
  await stack.stop();
}

function tell({ state }: Stack, console: Console): void {
  const links = linksOf(state);
  console.answer({ ...links, token: state.token, supervisorPid: state.supervisorPid }, () =>
    [
      ...linkLines(links),
      `Token            ${state.token}`,
      '',
      'Try: longhaul run examples/graphs/erp-daily-operations.yaml',
      'Ctrl-C stops everything; runs go on with the next `longhaul up`.',
    ].join('\n'),
  );
}

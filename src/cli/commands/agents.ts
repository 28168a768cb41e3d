import { InvalidArgumentError } from 'commander';
import type { RunnerPage, RunnerView } from '../../contracts/api.schema';
import { capabilitiesText } from '../../domain/simulation/runners/capabilities';
import { LonghaulError } from '../../domain/kernel/errors';
import { table } from '../view/run-table';
import { httpUrl, integerBetween, namedValue } from './option-values';
import {
  apiCommand,
  contextOf,
  pageCommand,
  type CommonOptions,
  type PageOptions,
  type Registration,
} from './registration';

interface RegisterOptions extends CommonOptions {
  url?: string;
  credential?: string;
  command?: string;
  taskQueue?: string;
  capability: [string, unknown][];
  ttl?: number;
}

const DAY_SECONDS = 86_400;

export const registerAgents: Registration = (program) => {
  const agents = program
    .command('agents')
    .description('what runs agents and partitions outside: register, list, delete');
  apiCommand(agents, 'register <id>', 'register a runner, or renew what it said')
    .option('--url <url>', 'an HTTP endpoint that is asked for decisions', httpUrl)
    .option('--credential <name>', 'what the endpoint is sent, as the operator named it in runners.credentials')
    .option('--command <name>', 'a program that the operator configured in runners.commands')
    .option('--task-queue <name>', 'a worker with a task queue of its own, for partitions')
    .option('--capability <name=value>', 'what it offers; may be repeated', capability, [])
    .option('--ttl <seconds>', 'gone unless it registers again within', integerBetween(1, 30 * DAY_SECONDS))
    .action(register);
  pageCommand(agents, 'list', 'list the runners with what they offer').action(list);
  apiCommand(agents, 'delete <id>', 'remove a runner').action(remove);
};

async function register(id: string, options: RegisterOptions): Promise<void> {
  const { api, console } = contextOf(options);
  const body = {
    id,
    ...placeOf(options),
    capabilities: Object.fromEntries(options.capability),
    ttlSeconds: options.ttl,
  };
  const runner = await api.post<RunnerView>('/agents/register', body);
  console.answer(runner, () => `${runner.id} is registered: ${runner.kind} ${runner.address}.`);
}

async function list({ limit, cursor, ...options }: CommonOptions & PageOptions): Promise<void> {
  const { api, console } = contextOf(options);
  const answer = await api.get<RunnerPage>('/agents/list', { limit, cursor });
  console.answer(answer, () => {
    if (answer.items.length === 0) return 'No runners. Register one: longhaul agents register my-agent --url URL';
    const rows = answer.items.map((item) => [
      ...[item.id, item.kind, item.address, capabilitiesText(item.capabilities)],
      ...[item.seenAt, item.gone ? 'gone' : 'there'],
    ]);
    const more = answer.nextCursor === null ? '' : `\nMore: --cursor ${answer.nextCursor}`;
    return table(['runner', 'kind', 'address', 'offers', 'seen', ''], rows) + more;
  });
}

async function remove(id: string, options: CommonOptions): Promise<void> {
  const { api, console } = contextOf(options);
  const answer = await api.post<{ deleted: boolean }>(`/agents/${encodeURIComponent(id)}/delete`, {});
  console.answer(answer, () => `${id} is removed.`);
}

function placeOf({ url, credential, command, taskQueue }: RegisterOptions): object {
  const places = [
    ...(url === undefined ? [] : [{ kind: 'endpoint', url, credential }]),
    ...(command === undefined ? [] : [{ kind: 'process', command }]),
    ...(taskQueue === undefined ? [] : [{ kind: 'worker', taskQueue }]),
  ];
  if (places.length !== 1) throw wrong('--url', 'Expected exactly one of --url, --command and --task-queue.');
  if (credential !== undefined && url === undefined) throw wrong('--credential', CREDENTIAL_UNSENT);
  return places[0]!;
}

const CREDENTIAL_UNSENT =
  'Only an endpoint is sent a credential. Expected it with --url; leave it out: what a program is given, the operator names in `env` of runners.commands.';

function wrong(path: string, message: string): LonghaulError {
  return new LonghaulError('InvalidRequest', { where: 'Options', count: 1 }, [{ path, message }]);
}

/** A list is written as JSON: `--capability 'worlds=["marketplace"]'`. */
function capability(pair: string, before: readonly [string, unknown][]): [string, unknown][] {
  const after = namedValue(pair, before);
  if (!/^[a-zA-Z][\w.-]{0,63}$/.test(after.at(-1)![0])) throw new InvalidArgumentError('Expected name=value.');
  return after;
}

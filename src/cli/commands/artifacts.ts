import { Option } from 'commander';
import type { ArtifactPage } from '../../contracts/api.schema';
import { ARTIFACT_TYPES } from '../../domain/artifacts/header';
import { table } from '../view/run-table';
import { time } from './option-values';
import {
  apiCommand,
  contextOf,
  pageCommand,
  type CommonOptions,
  type PageOptions,
  type Registration,
} from './registration';

interface SearchOptions extends CommonOptions, PageOptions {
  session: string;
  branch?: string;
  tag?: string;
  type?: string;
  agent?: string;
  since?: string;
}

export const registerArtifacts: Registration = (program) => {
  const artifacts = program.command('artifacts').description('search and read what runs have stored');
  pageCommand(artifacts, 'search', 'list artifacts, newest first; every filter must match')
    .requiredOption('--session <id>', 'of this session; for a run, its runId')
    .option('--branch <id>', 'on this branch of the session')
    .option('--tag <tag>', 'with this tag, such as call (a model call) or output (what an agent made of it)')
    .addOption(new Option('--type <type>', 'of this type').choices([...ARTIFACT_TYPES]))
    .option('--agent <name>', 'of this agent')
    .option('--since <time>', 'not older than this, ISO 8601', time)
    .action(search);
  apiCommand(artifacts, 'cat <ref>', 'print a payload as it is stored; with --json the header too').action(cat);
};

async function search({ json, apiUrl, ...query }: SearchOptions): Promise<void> {
  const { api, console } = contextOf({ json, apiUrl });
  const page = await api.get<ArtifactPage>('/artifacts', query);
  console.answer(page, () => {
    if (page.items.length === 0) return 'No artifact matches.';
    const rows = page.items.map((item) => [
      item.ref,
      item.type,
      item.tags.join(','),
      item.agentId ?? '',
      item.stepIdx,
      item.rawBytes,
      item.ts,
    ]);
    return (
      table(['ref', 'type', 'tags', 'agent', 'step', 'bytes', 'time'], rows) +
      (page.nextCursor === null ? '' : `\nMore: --cursor ${page.nextCursor}`)
    );
  });
}

async function cat(ref: string, options: CommonOptions): Promise<void> {
  const { api, console } = contextOf(options);
  const path = `/artifacts/${encodeURIComponent(ref)}`;
  if (console.json) console.answer(await api.get(path), () => '');
  else process.stdout.write(await api.bytes(`${path}?raw=1`));
}

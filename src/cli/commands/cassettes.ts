import type { CassetteList, DeletedRecordings } from '../../contracts/api.schema';
import { formatUsd } from '../../domain/kernel/money';
import { exportCassette, importCassette } from '../cassette-files';
import { table } from '../view/run-table';
import { apiCommand, contextOf, type CommonOptions, type Registration } from './registration';

export const registerCassettes: Registration = (program) => {
  const cassettes = program.command('cassettes').description('recorded model answers: list, export, import, delete');
  apiCommand(cassettes, 'list', 'list cassettes with what they hold and how often they answered').action(list);
  apiCommand(cassettes, 'export <name> <file>', 'write a cassette as JSON lines').action(exportTo);
  apiCommand(cassettes, 'import <name> <file>', 'put exported JSON lines into a cassette').action(importFrom);
  apiCommand(cassettes, 'delete <name>', 'delete a cassette; results that it gave stay').action(remove);
};

async function list(options: CommonOptions): Promise<void> {
  const { api, console } = contextOf(options);
  const answer = await api.get<CassetteList>('/cassettes');
  console.answer(answer, () => {
    if (answer.items.length === 0) return 'No cassettes. Record one: longhaul run FILE --cassette-mode record';
    const rows = answer.items.map((item) => [
      ...[item.name, item.recordings, item.hits],
      ...[formatUsd(item.costMicroUsd), item.lastRecordedAt],
    ]);
    return table(['cassette', 'recordings', 'hits', 'cost', 'last recorded'], rows);
  });
}

async function exportTo(name: string, file: string, options: CommonOptions): Promise<void> {
  const { api, console } = contextOf(options);
  const exported = await exportCassette(api, name, file);
  console.answer({ exported }, () => `${exported} recordings of ${name} are in ${file}.`);
}

async function importFrom(name: string, file: string, options: CommonOptions): Promise<void> {
  const { api, console } = contextOf(options);
  const imported = await importCassette(api, name, file);
  console.answer({ imported }, () => `${imported} recordings were put into ${name}.`);
}

async function remove(name: string, options: CommonOptions): Promise<void> {
  const { api, console } = contextOf(options);
  const answer = await api.post<DeletedRecordings>(`/cassettes/${encodeURIComponent(name)}/delete`, {});
  console.answer(answer, () => `${name} is gone, with ${answer.deleted} recordings.`);
}

import type { ToolList, ToolView } from '../../contracts/api.schema';
import { table } from '../view/run-table';
import { apiCommand, contextOf, type CommonOptions, type Registration } from './registration';

const DESCRIPTION_CHARS_MAX = 80;

export const registerTools: Registration = (program) => {
  const tools = program.command('tools').description('the tools that agents may use');
  apiCommand(tools, 'list', 'list the built-in skills and the plug-ins of this installation').action(list);
};

async function list(options: CommonOptions): Promise<void> {
  const { api, console } = contextOf(options);
  const answer = await api.get<ToolList>('/tools');
  console.answer(answer, () => table(['tool', 'origin', 'effects', 'what it does'], answer.items.map(row)));
}

function row({ name, origin, sideEffects, pure, description }: ToolView): string[] {
  const effects = sideEffects ? 'side effects' : pure ? 'none, pure' : 'none';
  return [name, origin, effects, shortened(description)];
}

function shortened(text: string): string {
  return text.length <= DESCRIPTION_CHARS_MAX ? text : `${text.slice(0, DESCRIPTION_CHARS_MAX - 1)}…`;
}

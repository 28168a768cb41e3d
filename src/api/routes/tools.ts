import { toolListSchema, type ToolView } from '../../contracts/api.schema';
import { BUILT_IN_TOOLS } from '../../domain/tools/built-in';
import type { ToolSpec } from '../../domain/tools/tool';
import { route, type Route } from '../route';

const EXAMPLE: ToolView = {
  name: 'calculator',
  description: 'Evaluates an arithmetic expression.',
  parameters: { type: 'object', properties: { expression: { type: 'string' } }, required: ['expression'] },
  sideEffects: false,
  pure: true,
  origin: 'built-in',
};
const BUILT_IN = new Set(BUILT_IN_TOOLS.map(({ name }) => name));

export const toolRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/tools',
    operationId: 'listTools',
    tag: 'Tools',
    summary: 'The tools of this installation',
    description: 'The built-in skills, then the plug-ins of the folder `tools.folder`; agents name them in `tools`.',
    replies: { 200: { description: 'All of them.', schema: toolListSchema, example: { items: [EXAMPLE] } } },
    errors: [],
    handle: (_input, { deps }) => Promise.resolve({ status: 200, body: { items: deps.tools.all.map(viewOf) } }),
  }),
];

function viewOf({ name, description, parameters, sideEffects, pure }: ToolSpec): ToolView {
  const origin = BUILT_IN.has(name) ? 'built-in' : 'plug-in';
  return { name, description, parameters, sideEffects, pure, origin };
}

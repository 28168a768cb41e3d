import { expect, isObject, type Fields } from './fields';

export interface ToolDefinition {
  name: string;
  /** JSON Schema of the arguments. */
  parameters: Fields;
}

/** `function` names the one that must be called. */
export type ToolChoice = { mode: 'none' | 'auto' | 'required' } | { mode: 'function'; name: string };

const NAME = /^[a-zA-Z0-9_-]{1,64}$/;
const TOOLS_MAX = 128;

export function parseTools(value: unknown): ToolDefinition[] {
  if (value === undefined || value === null) return [];
  expect(
    Array.isArray(value) && value.length > 0 && value.length <= TOOLS_MAX,
    'tools',
    `an array of 1 to ${TOOLS_MAX} tools`,
  );
  return value.map((tool: unknown, index) => parseTool(tool, `tools[${index}]`));
}

function parseTool(tool: unknown, path: string): ToolDefinition {
  const definition = isObject(tool) && tool['type'] === 'function' ? tool['function'] : null;
  expect(isObject(definition), path, 'a tool {"type": "function", "function": {…}}');
  const name = definition['name'];
  expect(typeof name === 'string' && NAME.test(name), `${path}.function.name`, `a string that matches ${NAME}`);
  const parameters = definition['parameters'] ?? { type: 'object', properties: {} };
  expect(isObject(parameters), `${path}.function.parameters`, 'a JSON Schema object');
  return { name, parameters };
}

/** OpenAI's default: `auto` when there are tools, else `none`. */
export function parseToolChoice(value: unknown, tools: readonly ToolDefinition[]): ToolChoice {
  if (value === undefined || value === null) return { mode: tools.length > 0 ? 'auto' : 'none' };
  expect(tools.length > 0, 'tool_choice', 'tools beside it');
  if (value === 'none' || value === 'auto' || value === 'required') return { mode: value };
  const name = isObject(value) && isObject(value['function']) ? value['function']['name'] : null;
  expect(
    typeof name === 'string' && tools.some((tool) => tool.name === name),
    'tool_choice',
    'none, auto, required or one of the tools',
  );
  return { mode: 'function', name };
}

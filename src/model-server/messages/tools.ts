import { expect, isObject } from '../chat/fields';
import type { ToolChoice, ToolDefinition } from '../chat/tools';

const NAME = /^[a-zA-Z0-9_-]{1,128}$/;

export function parseMessagesTools(value: unknown): ToolDefinition[] {
  if (value === undefined || value === null) return [];
  expect(Array.isArray(value), 'tools', 'an array of tools');
  return value.map((tool: unknown, index) => parseTool(tool, `tools.${index}`));
}

function parseTool(tool: unknown, path: string): ToolDefinition {
  expect(isObject(tool), path, 'an object');
  expect((tool['type'] ?? 'custom') === 'custom', `${path}.type`, 'custom: tools of the provider have no script here');
  const { name, input_schema: parameters } = tool;
  expect(typeof name === 'string' && NAME.test(name), `${path}.name`, `a string that matches ${NAME}`);
  const usable = isObject(parameters) && parameters['type'] === 'object';
  expect(usable, `${path}.input_schema`, 'a JSON Schema with "type": "object"');
  return { name, parameters: parameters };
}

const MODES = { auto: 'auto', any: 'required', none: 'none' } as const;

export function parseMessagesToolChoice(value: unknown, tools: readonly ToolDefinition[]): ToolChoice {
  if (value === undefined || value === null) return { mode: tools.length > 0 ? 'auto' : 'none' };
  expect(tools.length > 0, 'tool_choice', 'tools beside it');
  expect(isObject(value), 'tool_choice', 'an object');
  const { type, name } = value;
  if (type === 'auto' || type === 'any' || type === 'none') return { mode: MODES[type] };
  const known = type === 'tool' && tools.some((tool) => tool.name === name);
  expect(known, 'tool_choice', 'auto, any, none, or {"type": "tool", "name": one of the tools}');
  return { mode: 'function', name: name as string };
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { z } from 'zod';
import { FILTERS } from '../../../src/adapters/templates/supported';
import {
  agentGraphSchema,
  approvalSchema,
  humanSchema,
  llmAgentSchema,
  llmConfigSchema,
  retryPolicySchema,
  scriptSchema,
} from '../../../src/contracts/agent-graph.schema';
import { BUILT_IN_TOOLS } from '../../../src/domain/tools/built-in';
import { problemsOf } from './graphs';

const guideOf = (name: string) => readFileSync(join(__dirname, `../../../docs/guides/${name}.md`), 'utf8');
const guide = guideOf('agent-graphs');

/** Field and default of each row of the table below a heading. */
function tableBelow(heading: string): [string, string][] {
  const section = guide.split(`\n${heading}\n`)[1]!.split('\n\n')[0]!;
  const rows = [...section.matchAll(/^\| `(\w+)` \| ([^|]+) \|/gm)];
  return rows.map(([, field, value]) => [field!, value!.trim().replaceAll('`', '')]);
}

function defaultOf(field: z.ZodType): unknown {
  const { success, data } = field.safeParse(undefined);
  return success ? data : undefined;
}

test.each<[string, z.ZodObject]>([
  ['## The graph', agentGraphSchema],
  ['## An agent', llmAgentSchema],
  ['### human', humanSchema],
  ['### script', scriptSchema],
  ['### approval', approvalSchema],
  ['### llmConfig', llmConfigSchema],
  ['### retryPolicy', retryPolicySchema],
])('the table of "%s" names every field, with its default', (heading, schema) => {
  const table = tableBelow(heading);
  expect(table.map(([field]) => field).sort()).toEqual(Object.keys(schema.shape).sort());
  for (const [field, shown] of table) {
    const value = defaultOf(schema.shape[field] as z.ZodType);
    if (value === undefined) expect(shown).not.toMatch(/^\d+$|^true$|^false$/);
    else if (value === '') expect(shown).toBe('empty');
    else if (typeof value !== 'object') expect(shown).toBe(JSON.stringify(value).replaceAll('"', ''));
  }
});

test.each(['agent-graphs', 'tools'])('the first example of the guide %s is in order', (name) => {
  const [, yaml] = /```yaml\n([\s\S]*?)```/.exec(guideOf(name))!;
  expect(problemsOf(parse(yaml!))).toEqual([]);
});

test('the guide of tools names every built-in tool with its arguments', () => {
  const rows = [...guideOf('tools').matchAll(/^\| `(\w+)` \| [^|]+ \| ([^|]+) \|$/gm)].map(([, name, args]) => [
    name,
    [...args!.matchAll(/`(\w+)`/g)].map(([, argument]) => argument).sort(),
  ]);
  const tools = BUILT_IN_TOOLS.map(({ name, parameters }) => [
    name,
    Object.keys(parameters.properties as object).sort(),
  ]);
  expect(Object.fromEntries(rows.filter(([name]) => tools.some(([known]) => known === name)))).toEqual(
    Object.fromEntries(tools),
  );
});

test('it lists the filters that there are', () => {
  const [, listed] = /Filters: `([^`]+)`/.exec(guide)!;
  expect(listed!.split(/\s+/)).toEqual([...FILTERS].sort());
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { z } from 'zod';
import { FILTERS } from '../../../src/adapters/templates/supported';
import {
  agentGraphSchema,
  llmAgentSchema,
  llmConfigSchema,
  retryPolicySchema,
} from '../../../src/contracts/agent-graph.schema';
import { problemsOf } from './graphs';

const guide = readFileSync(join(__dirname, '../../../docs/guides/agent-graphs.md'), 'utf8');

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

test('its first example is in order', () => {
  const [, yaml] = /```yaml\n([\s\S]*?)```/.exec(guide)!;
  expect(problemsOf(parse(yaml!))).toEqual([]);
});

test('it lists the filters that there are', () => {
  const [, listed] = /Filters: `([^`]+)`/.exec(guide)!;
  expect(listed!.split(/\s+/)).toEqual([...FILTERS].sort());
});

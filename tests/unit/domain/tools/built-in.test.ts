import { jsonSchemaProblem } from '../../../../src/adapters/json-schema';
import { BUILT_IN_TOOLS, isPureTool } from '../../../../src/domain/tools/built-in';

test('the built-in skills are these, and these are pure', () => {
  expect(BUILT_IN_TOOLS.map(({ name }) => name)).toEqual([
    'calculator',
    'extract',
    'lookup',
    'summarize',
    'transform',
    'http_get',
    'artifact_read',
  ]);
  expect(BUILT_IN_TOOLS.filter(({ name, pure }) => pure !== isPureTool(name))).toEqual([]);
  expect(BUILT_IN_TOOLS.filter(({ pure }) => !pure).map(({ name }) => name)).toEqual(['http_get', 'artifact_read']);
});

test.each(BUILT_IN_TOOLS.map((tool) => [tool.name, tool] as const))(
  '%s is declared as providers want it',
  (_, tool) => {
    expect(tool.name).toMatch(/^[\w-]{1,64}$/);
    expect(tool.description.length).toBeGreaterThan(20);
    expect(tool.description.length).toBeLessThanOrEqual(1_024);
    expect(jsonSchemaProblem(tool.parameters)).toBeUndefined();
    expect(tool.parameters).toMatchObject({ type: 'object', additionalProperties: false });
  },
);

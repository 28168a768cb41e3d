import { readReferences, renderTemplate, TEMPLATE_LIMITS } from '../../../../src/adapters/templates';
import { asOutput, contextOf, failureOf } from './support';

const context = contextOf(
  { parser: asOutput('raw {data}', { name: 'Ada', skills: ['c'], content: 'inner' }), 'cv-parser': asOutput('dashed') },
  { data: 'the data', list: [{ a: 1 }], date: '2026-01-31' },
);
const render = (template: string) => renderTemplate(template, 'braces', context);

test.each([
  ['Process the following data: {data}', 'Process the following data: the data'],
  ['{inputs.date}', '2026-01-31'],
  ['{list[0].a} {list}', '1 [{"a":1}]'],
  ['{parser}', 'raw {data}'],
  ['{parser.content}', 'raw {data}'],
  ['{parser.name} {parser.skills[0]}', 'Ada c'],
  ['{parser.json}', '{"name":"Ada","skills":["c"],"content":"inner"}'],
  ['{parser.json.content}', 'inner'],
  ['{cv-parser}', 'dashed'],
  ['{deps.cv-parser.model}', 'scripted'],
  ['{{data}} stays', '{data} stays'],
  ['{"a": {"b": 1}} {} { data } {1}', '{"a": {"b": 1}} {} { data } {1}'],
])('%s', (template, expected) => {
  expect(render(template)).toBe(expected);
});

test.each([
  ['{dta}', '{dta}: "dta" is not defined. Known names: parser, cv-parser, data, list, date. Did you mean "data"?'],
  ['{parser.nme}', 'parser.json.nme does not exist. parser.json has: name, skills, content.'],
  ['{cv-parser.name}', 'cv-parser.json.name does not exist. cv-parser.json is not there.'],
  ['{list[3]}', 'list.3 does not exist. list is a list of 1.'],
  ['{data.x}', 'data.x does not exist. data is "the data".'],
  ['{parser.__proto__}', 'parser.json.__proto__ does not exist. parser.json has: name, skills, content.'],
  ['{constructor}', '{constructor}: "constructor" is not defined. Known names: parser, cv-parser, data, list, date.'],
  ['{list.length.constructor}', 'list.length.constructor does not exist. list.length is 1.'],
])('%s fails and says what there is', (template, detail) => {
  expect(failureOf(() => render(template))).toBe(detail);
});

test('what an output says is never read as a template', () => {
  expect(render('{parser}{data}')).toBe('raw {data}the data');
});

test('twenty thousand placeholders of one large output end at the limit', () => {
  const large = contextOf({ a: asOutput('x'.repeat(100_000)) });
  expect(failureOf(() => renderTemplate('{a}'.repeat(20_000), 'braces', large))).toContain(
    `at most ${TEMPLATE_LIMITS.outputCharsMax} are allowed`,
  );
});

test('references are what rendering reads', () => {
  expect(readReferences('{data} {parser.skills[0]} {{data}} {"x": 1}', 'braces')).toEqual({
    names: [
      { root: 'data', path: [], optional: false },
      { root: 'parser', path: ['skills', 0], optional: false },
    ],
    problems: [],
    warnings: [],
  });
});

test.each(['{{ data }}', '{% if x %}'])('%s looks like Jinja', (template) => {
  expect(readReferences(template, 'braces').warnings).toEqual([
    'The template looks like Jinja, but its templateSyntax is braces.',
  ]);
});

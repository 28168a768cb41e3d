import { readReferences, renderTemplate, TEMPLATE_LIMITS } from '../../../../src/adapters/templates';
import { asOutput, contextOf, failureOf } from './support';

const TEXT = 'a\n'.repeat(500_000);
const ITEMS = Array.from({ length: 5_000 }, (_, index) => ({ n: index, text: 'x'.repeat(50) }));
const context = contextOf({ d: asOutput(TEXT, { list: ITEMS, text: TEXT }) });
const render = (template: string) => renderTemplate(template, 'jinja', context);
const times = (template: string, count: number) => template.repeat(count);

/** Each would take minutes to hours, or gigabytes, in the bare interpreter; here at most about a second of CPU. */
const END_MS_MAX = 20_000;
const STEPS = 'it takes too many steps. Shorten its loops.';
const DEEP = `it nests deeper than ${TEMPLATE_LIMITS.depthMax} levels.`;
const LARGE = `a value of more than ${TEMPLATE_LIMITS.valueCharsMax} characters came up.`;

test.each<[string, string, string]>([
  ['a loop in a loop', '{% for a in range(10000) %}{% for b in range(10000) %}{% endfor %}{% endfor %}', STEPS],
  ['a loop with a filter that never holds', times('{% for a in d.json.list if false %}{% endfor %}', 1_300), STEPS],
  ['a text printed again and again', times('{{ d.content }}', 4_000), STEPS],
  ['a text printed in a loop', '{% for i in range(10000) %}{{ d.content }}{% endfor %}', STEPS],
  [
    'sorting in a loop',
    '{% for i in range(10000) %}{% set x = d.json.list | sort(attribute="text") %}{% endfor %}',
    STEPS,
  ],
  ['splitting in a loop', '{% for i in range(10000) %}{% set x = d.content.split("a") %}{% endfor %}', STEPS],
  ['slicing in a loop', '{% for i in range(10000) %}{% set x = d.content[::2] %}{% endfor %}', STEPS],
  ['comparing in a loop', '{% for i in range(10000) %}{% if d.content == d.json.text %}{% endif %}{% endfor %}', STEPS],
  ['a long attribute of many items', '{{ d.json.list | map(attribute=d.content, default=1) | length }}', STEPS],
  [
    'a macro defined in a loop',
    `{% for i in range(10000) %}{% macro f() %}${times('{{ 1 }}', 8_000)}{% endmacro %}{% endfor %}`,
    STEPS,
  ],
  ['a text doubled sixty times', `{% set a = "xxxxxxxx" %}${times('{% set a = a ~ a %}', 60)}{{ a }}`, LARGE],
  ['a list doubled forty times', `{% set a = ["x"] %}${times('{% set a = [a, a] %}', 40)}{{ a }}`, LARGE],
  [
    'a namespace doubled in a loop',
    '{% set n = namespace(a="x") %}{% for i in range(99) %}{% set n.a = n.a ~ n.a %}{% endfor %}',
    LARGE,
  ],
  [
    'a namespace that holds itself',
    '{% set n = namespace(x=1) %}{% set n.x = n %}{{ n }}',
    `lists are nested deeper than ${TEMPLATE_LIMITS.heightMax} levels.`,
  ],
  ['a macro that calls itself', '{% macro f(x) %}{{ f(x) }}{{ f(x) }}{% endmacro %}{{ f(1) }}', DEEP],
  ['a chain of operators', `{{ ${times('d ~ ', 15_000)}d }}`, DEEP],
  ['a chain of members', `{{ d${times('.b', 30_000)} }}`, DEEP],
  ['a chain of filters', `{{ d.content${times(' | upper', 7_000)} }}`, DEEP],
  [
    'replacing each letter by a page',
    `{{ d.content.replace("a", "${times('b', 60_000)}") }}`,
    'the result of "replace" may reach 60001060000 characters; at most 4194304 are allowed.',
  ],
  [
    'the same under another name',
    '{% set f = d.content["repl" ~ "ace"] %}{{ f("a", d.content) }}',
    'the result of "replace" may reach 1000002000000 characters; at most 4194304 are allowed.',
  ],
  [
    'joining letters with a book',
    '{{ d.content | join(d.content) }}',
    'the result of "join" may reach 1000001000000 characters; at most 4194304 are allowed.',
  ],
  ['indenting by a mile', '{{ d.content | indent(100000000) }}', '"indent" indents by 0 to 200 spaces, got 100000000.'],
  ['a range of a billion', '{{ range(1000000000) }}', 'range(…) of 1000000000 numbers; at most 10000 are allowed.'],
  ['sixty thousand parentheses', `{{ ${times('(', 60_000)}`, 'The template cannot be parsed: it is nested too deeply.'],
  ['sixty-four KiB of spaces', times(' ', 65_000), 'The template has more than 1000 white-space characters in a row.'],
  [
    'a prompt of two megabytes',
    '{{ d.content }}{{ d.content }}',
    'the prompt has 2000000 characters or more; at most 1048576 are allowed.',
  ],
])(
  '%s',
  (_what, template, expected) => {
    expect(failureOf(() => render(template))).toBe(expected);
    expect(Array.isArray(readReferences(template, 'jinja').names)).toBe(true);
  },
  END_MS_MAX,
);

test.each<[string, string]>([
  ['{{ d.constructor.constructor("return process")() }}', 'd.constructor does not exist.'],
  ['{{ d["constr" ~ "uctor"] }}', 'd["constructor"] does not exist.'],
  ['{{ d.__proto__.polluted }}', 'd.__proto__ does not exist.'],
  ['{{ "".constructor }}', '"".constructor does not exist.'],
  ['{{ range.constructor }}', 'range.constructor does not exist.'],
  ['{{ namespace(d).__proto__ }}', 'namespace(…).__proto__ does not exist.'],
  ['{{ [d] | map(attribute="__proto__.constructor") | list }}', 'entry 0 of the list has no "__proto__.constructor".'],
  ['{{ range ~ "" }}', 'range is a function.'],
  ['{{ [range] | join }}', 'a list holds a function.'],
  ['{{ process }}', '"process" is not defined.'],
  ['{{ require("fs") }}', '"require" is not defined.'],
  ['{{ raise_exception("x") }}', '"raise_exception" is not defined.'],
])('%s reaches nothing', (template, expected) => {
  expect(failureOf(() => render(template))).toContain(expected);
});

test('setting members of a namespace called like a prototype changes nothing outside', () => {
  expect(render('{% set n = namespace(__proto__=1) %}{% set n.constructor = 2 %}{{ n.constructor }}')).toBe('2');
  expect(({} as Record<string, unknown>).constructor).toBe(Object);
});

test('an output that looks like a template is text', () => {
  const sly = contextOf({ d: asOutput('{{ inputs.secret }}{% for %}') }, { secret: 'x' });
  expect(renderTemplate('{{ d.content }}', 'jinja', sly)).toBe('{{ inputs.secret }}{% for %}');
});

test('an output nested ten thousand levels deep is refused, not a crash', () => {
  let deep: unknown = 1;
  for (let level = 0; level < 10_000; level++) deep = [deep];
  const failure = failureOf(() => renderTemplate('{{ d.json }}', 'jinja', contextOf({ d: asOutput('', deep) })));
  expect(failure).toMatch(/deep/);
});

test('a large but honest prompt is rendered', () => {
  const template = '{% for item in d.json.list %}\n{{ loop.index }}. {{ item.text | upper }}\n{% endfor %}\n';
  expect(render(template).split('\n')).toHaveLength(5_001);
});

import fc from 'fast-check';
import { readReferences } from '../../../../src/adapters/templates';

/** `root.path`, with `?` behind what may be absent. */
function namesIn(template: string): string[] {
  return readReferences(template, 'jinja').names.map(
    ({ root, path, optional }) => [root, ...path].join('.') + (optional ? '?' : ''),
  );
}

test.each<[string, string[]]>([
  ['no names', []],
  ['{{ inputs.date }}', ['inputs.date']],
  ['{{ parser.json.skills[0] }}', ['parser.json.skills.0']],
  ['{{ deps["cv-parser"].content }}', ['deps.cv-parser.content']],
  ['{{ a[b.c].d }}', ['b.c', 'a']],
  ['{{ a | upper | default(b) }}', ['a?', 'b']],
  ['{{ a.b | default("x") }}', ['a.b?']],
  ['{% if a is defined %}{{ a }}{% endif %}', ['a?', 'a']],
  ['{% if a is string %}{% endif %}', ['a']],
  ['{% set x = a %}{{ x }}{{ y }}', ['a', 'y']],
  ['{{ x }}{% set x = 1 %}{{ x }}', ['x']],
  ['{% set x %}{{ a }}{% endset %}{{ x }}', ['a']],
  ['{% if c %}{% set x = 1 %}{% endif %}{{ x }}', ['c']],
  [
    '{% for s in a.list %}{{ s }}{{ loop.index }}{{ b }}{% else %}{{ c }}{% endfor %}{{ s }}',
    ['a.list', 'b', 'c', 's'],
  ],
  ['{% for k, v in a.items() %}{{ k }}{{ v }}{% endfor %}', ['a.items']],
  ['{% for s in a if s.ok and b %}{{ s }}{% endfor %}', ['a', 'b']],
  ['{% for i in range(3) %}{{ i }}{% endfor %}', []],
  ['{% macro m(x, y=a) %}{{ x }}{{ y }}{{ b }}{{ varargs }}{% endmacro %}{{ m(c, y=d) }}', ['a', 'b', 'c', 'd']],
  ['{% macro m() %}{{ caller() }}{% endmacro %}{% call(u) m() %}{{ u }}{{ a }}{% endcall %}', ['a']],
  ['{% macro m() %}{{ late }}{% endmacro %}{% set late = 1 %}{{ m() }}', []],
  ['{% set ns = namespace(n=a) %}{% set ns.n = b %}{{ ns.n }}', ['a', 'b']],
  ['{{ {"k": a, b: [c, d]} }}', ['a', 'b', 'c', 'd']],
  ['{{ a if b else c }}', ['b', 'a', 'c']],
  ['{{ a[b:c] }}', ['b', 'c', 'a']],
  ['{{ not a and -b ~ c }}', ['a', 'b', 'c']],
  ['{{ f(*a, **b) }}', ['f', 'a', 'b']],
  ['{# {{ a }} #}', []],
  ['{{ true and none and False }}', []],
])('%s', (template, expected) => {
  expect(namesIn(template)).toEqual(expected);
});

test.each<[string, string[]]>([
  ['{{ a', ['The template cannot be parsed: Unexpected end of input.']],
  [
    '{% if a %}',
    ['The template cannot be parsed: it ends too early; a {{ … }}, a {% … %} or its {% end… %} is not closed.'],
  ],
  ['{% raw %}{% endraw %}', ['The template cannot be parsed: Unknown statement type: raw.']],
  ['{% include "x" %}', ['The template cannot be parsed: Unknown statement type: include.']],
  ['{{ a | uper }}', ['Unknown filter "uper". Did you mean "upper"?']],
  ['{{ a | default }}', ['The filter `default` needs a value: write `default("…")`.']],
  ['{% if a is definde %}{% endif %}', ['Unknown test "is definde". Did you mean "defined"?']],
  [
    '{% filter upper %}x{% endfilter %}',
    ['{% filter %} blocks are not supported; write {% set x %}…{% endset %}{{ x | upper }}.'],
  ],
  [' '.repeat(1_001), ['The template has more than 1000 white-space characters in a row.']],
  ['x'.repeat(65_537), ['The template has 65537 bytes; at most 65536 are allowed.']],
])('%.40s is refused', (template, expected) => {
  expect(readReferences(template, 'jinja').problems).toEqual(expected);
});

test('a lone {name} is a warning, each once', () => {
  expect(readReferences('{data} {data} {a.b} {"json": 1} {{ x }}', 'jinja').warnings).toEqual([
    '"{data}" is plain text to Jinja. Write {{ data }}, or set templateSyntax to braces.',
    '"{a.b}" is plain text to Jinja. Write {{ a.b }}, or set templateSyntax to braces.',
  ]);
});

test('no text makes it throw', () => {
  const pieces = fc.constantFrom(
    '{{',
    '}}',
    '{%',
    '%}',
    ' if ',
    ' for ',
    ' in ',
    ' set ',
    'endif',
    'endfor',
    'a',
    '.b',
    '[0]',
    '|',
    'upper',
    '(',
    ')',
    '"',
    "'",
    '{',
    '}',
    '=',
    '~',
    'is',
    'not',
    '\\',
    '#}',
    '{#',
    ' ',
    '-',
    '1',
    '😀',
  );
  const texts = fc.oneof(
    fc.array(pieces, { maxLength: 40 }).map((list) => list.join('')),
    fc.string({ unit: 'binary', maxLength: 200 }),
  );
  fc.assert(
    fc.property(texts, fc.constantFrom('jinja' as const, 'braces' as const), (template, syntax) => {
      const { problems, warnings, names } = readReferences(template, syntax);
      expect([problems, warnings, names].every(Array.isArray)).toBe(true);
    }),
    { numRuns: 300 },
  );
});

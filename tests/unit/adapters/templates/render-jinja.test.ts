import { renderTemplate } from '../../../../src/adapters/templates';
import { asOutput, contextOf, failureOf } from './support';

const context = contextOf(
  {
    parser: asOutput('raw text', { name: 'Ada', skills: ['c', 'lisp'], nested: { deep: [1, { x: 'y' }] }, none: null }),
    'cv-parser': asOutput('dashed'),
  },
  { date: '2026-01-31', limit: 3, flags: { strict: true } },
);
const render = (template: string) => renderTemplate(template, 'jinja', context);

describe('renderTemplate, jinja', () => {
  test.each([
    ['plain text', 'plain text'],
    ['{{ inputs.date }}', '2026-01-31'],
    ['{{ parser.content }}', 'raw text'],
    ['{{ parser.json.skills[0] }}', 'c'],
    ['{{ parser.json["name"] }}', 'Ada'],
    ['{{ parser.json.skills | join(", ") }}', 'c, lisp'],
    ['{{ parser.json.skills }}', '["c", "lisp"]'],
    [
      '{{ parser.json | tojson }}',
      '{"name": "Ada", "skills": ["c", "lisp"], "nested": {"deep": [1, {"x": "y"}]}, "none": null}',
    ],
    ['{{ deps["cv-parser"].content }}', 'dashed'],
    ['{{ deps.parser.content }}', 'raw text'],
    ['{% for s in parser.json.skills %}{{ loop.index }}={{ s }};{% endfor %}', '1=c;2=lisp;'],
    ['{% for k, v in inputs.flags.items() %}{{ k }}:{{ v }}{% endfor %}', 'strict:true'],
    ['{% for s in parser.json.skills if s != "c" %}{{ s }}{% endfor %}', 'lisp'],
    ['{% if inputs.limit > 2 %}many{% else %}few{% endif %}', 'many'],
    ['{{ "yes" if inputs.flags.strict else "no" }}', 'yes'],
    ['{{ "only" if not inputs.flags.strict }}', ''],
    ['{% set x = inputs.limit * 2 %}{{ x }}', '6'],
    ['{% set ns = namespace(n=0) %}{% for i in range(4) %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}', '6'],
    [
      '{% macro hi(who, mark="!") %}hi {{ who }}{{ mark }}{% endmacro %}{{ hi("Ada") }}{{ hi("Bo", mark="?") }}',
      'hi Ada!hi Bo?',
    ],
    ['{% macro box() %}[{{ caller() }}]{% endmacro %}{% call box() %}{{ inputs.limit }}{% endcall %}', '[3]'],
    ['{{ parser.content.replace("raw", "new") | upper }}', 'NEW TEXT'],
    ['{{ parser.content | replace("raw", "new") }}', 'new text'],
    ['{{ parser.content.split(" ") | last }}', 'text'],
    ['{{ parser.content[0:3] }}', 'raw'],
    ['{{ parser.json.skills | length }}', '2'],
    ['{{ [3, 1, 2] | sort(reverse=true) | first }}', '3'],
    ['{{ [{"a": 1}, {"a": 2}] | map(attribute="a") | join("+") }}', '1+2'],
    ['{{ [{"a": 1}, {}] | map(attribute="a", default=0) | join("+") }}', '1+0'],
    ['{{ [{"a": "x"}, {"a": "y"}] | selectattr("a", "eq", "y") | tojson }}', '[{"a": "y"}]'],
    ['{{ inputs.missing | default("none given") }}', 'none given'],
    ['{{ inputs.a.b.c | default("deep") }}', 'deep'],
    ['{% if inputs.missing is defined %}a{% else %}b{% endif %}', 'b'],
    ['{{ parser.json.none }}', ''],
    ['{{ "a" in parser.json }}{{ "name" in parser.json }}', 'falsetrue'],
    ['line\n{% for s in parser.json.skills %}\n- {{ s }}\n{% endfor %}\nend', 'line\n- c\n- lisp\nend'],
    ['{# nothing #}x', 'x'],
    ['{"a": {"b": 1}}', '{"a": {"b": 1}}'],
    ['{{ range(5, 1, -2) | join(",") }}', '5,3'],
  ])('%s', (template, expected) => {
    expect(render(template)).toBe(expected);
  });

  test.each([
    ['{{ prser.content }}', '"prser" is not defined. Known names: parser, deps, inputs. Did you mean "parser"?'],
    ['{{ parser.contnt }}', 'parser.contnt does not exist. parser has: content, toolCalls, finishReason, model, json.'],
    ['{{ parser.json.skils[0] }}', 'parser.json.skils does not exist. parser.json has: name, skills, nested, none.'],
    ['{{ parser.json.skills[7] }}', 'parser.json.skills[7] does not exist. parser.json.skills is a list of 2.'],
    [
      '{{ parser.json[inputs.date] }}',
      'parser.json["2026-01-31"] does not exist. parser.json has: name, skills, nested, none.',
    ],
    ['{{ inputs.date.year }}', 'inputs.date.year does not exist. inputs.date is a text.'],
    [
      '{{ deps["cv-parser"].json.x }}',
      'deps["cv-parser"].json does not exist. deps["cv-parser"] has: content, toolCalls, finishReason, model.',
    ],
    ['{% if nobody %}x{% endif %}', '"nobody" is not defined. Known names: parser, deps, inputs.'],
    ['{{ "x" if nobody else "y" }}', '"nobody" is not defined. Known names: parser, deps, inputs.'],
    ['{{ nobody | upper }}', '"nobody" is not defined. Known names: parser, deps, inputs.'],
    ['{% macro m(a) %}{{ a }}{% endmacro %}{{ m() }}', '"a" is not defined. Known names: parser, deps, inputs.'],
    ['{{ range }}', 'range is a function. Call it, as in range().'],
    ['{{ inputs.flags.items }}', 'inputs.flags.items is a function. Call it, as in inputs.flags.items().'],
    ['{{ [] | first }}', '… | first has no value: the list is empty.'],
    ['{{ [{"a": 1}, {}] | map(attribute="a") | join }}', 'entry 1 of the list has no "a". Give map(…) a default=….'],
    [
      '{{ [{"a": 1}] | join(",") }}',
      '"join" takes texts and numbers, but entry 0 of the list is neither. Pick a member first, with map(attribute="…").',
    ],
    ['{{ strftime_now("%Y") }}', '"strftime_now" is not defined. Known names: parser, deps, inputs.'],
    ['{{ range(1.5) }}', 'range takes whole numbers, got 1.5.'],
    ['{{ range(1, 2, 0) }}', 'range takes (stop), (start, stop) or (start, stop, step), with a step other than 0.'],
    ['{{ 1 + none }}', 'Cannot perform operation on null values'],
  ])('%s fails and says what there is', (template, detail) => {
    expect(failureOf(() => render(template))).toBe(detail);
  });
});

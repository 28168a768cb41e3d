import type { TemplateName, TemplateReferences } from '../../domain/agents/template-references';
import { didYouMean } from '../../domain/kernel/suggest';
import { filterName, type Node, sourceOf, tree, wordOf } from './syntax-tree';
import { FILTERS, GLOBALS, TESTS } from './supported';

/** Names that exist only inside the template: loop variables, `set`, macros and their parameters. */
type Locals = ReadonlySet<string>;

/**
 * Walks a Jinja template and notes every name it reads from outside, and everything it uses that the interpreter does
 * not have. A name that is set in one branch only counts as set: whether it is, only the rendering knows.
 */
export class ReferenceReader {
  readonly found: TemplateReferences = { names: [], problems: [], warnings: [] };
  /** Macros see the names of whoever calls them, so every name that is set anywhere may be theirs. */
  private readonly setAnywhere = new Set<string>();

  constructor(program: Node) {
    noteAssigned(program, this.setAnywhere);
    this.read(program, new Set(GLOBALS), false);
  }

  private read(node: Node, locals: Locals, optional: boolean): void {
    const seen = tree(node);
    switch (seen.type) {
      case 'Program':
        return this.readBlock(seen.body, locals);
      case 'If':
        this.read(seen.test, locals, false);
        return this.readBranches([seen.body, seen.alternate], locals);
      case 'For':
        return this.readFor(seen, locals);
      case 'Set':
        return this.readSet(seen, locals);
      case 'Macro':
        return this.readMacro(seen.args, seen.body, locals);
      case 'CallStatement':
        this.read(seen.call, locals, false);
        return this.readMacro(seen.callerArgs ?? [], seen.body, locals);
      case 'FilterStatement':
        this.problem(
          `{% filter %} blocks are not supported; write {% set x %}…{% endset %}{{ x | ${filterName(seen.filter) ?? 'filter'} }}.`,
        );
        return this.readBlock(seen.body, locals);
      case 'Identifier':
      case 'MemberExpression':
        return this.readName(node, locals, optional);
      case 'FilterExpression':
        return this.readFilter(seen.operand, seen.filter, locals, optional);
      case 'TestExpression':
        return this.readTest(seen.operand, seen.test, locals);
      default:
        return childrenOf(node).forEach((child) => this.read(child, locals, false));
    }
  }

  /** Statements one after the other: what one sets, the next ones know. */
  private readBlock(body: readonly Node[], locals: Locals): void {
    const known = new Set(locals);
    for (const statement of body) {
      this.read(statement, known, false);
      noteAssigned(statement, known);
    }
  }

  private readBranches(branches: readonly (readonly Node[])[], locals: Locals): void {
    branches.forEach((branch) => this.readBlock(branch, locals));
  }

  private readFor(loop: { loopvar: Node; iterable: Node; body: Node[]; defaultBlock: Node[] }, locals: Locals): void {
    const inside = new Set(locals).add('loop');
    wordsOf(loop.loopvar).forEach((word) => inside.add(word));
    const iterable = tree(loop.iterable);
    if (iterable.type === 'SelectExpression') {
      this.read(iterable.lhs, locals, false);
      this.read(iterable.test, inside, false);
    } else this.read(loop.iterable, locals, false);
    // A second round of the loop knows what the first one has set.
    loop.body.forEach((statement) => noteAssigned(statement, inside));
    this.readBranches([loop.body, loop.defaultBlock], inside);
  }

  private readSet(set: { assignee: Node; value: Node | null; body: Node[] }, locals: Locals): void {
    if (set.value !== null) this.read(set.value, locals, false);
    this.readBlock(set.body, locals);
    const assignee = tree(set.assignee);
    if (assignee.type === 'MemberExpression') this.read(assignee.object, locals, false);
  }

  private readMacro(parameters: readonly Node[], body: readonly Node[], locals: Locals): void {
    const inside = new Set([...locals, ...this.setAnywhere, 'varargs', 'kwargs', 'caller']);
    for (const parameter of parameters) {
      const seen = tree(parameter);
      if (seen.type === 'KeywordArgumentExpression') this.read(seen.value, inside, false);
      inside.add(wordOf(seen.type === 'KeywordArgumentExpression' ? seen.key : parameter) ?? '');
    }
    this.readBlock(body, inside);
  }

  private readName(node: Node, locals: Locals, optional: boolean): void {
    const { root, path, computed } = nameOf(node);
    computed.forEach((part) => this.read(part, locals, false));
    const word = wordOf(root);
    if (word === undefined) return this.read(root, locals, optional);
    if (!locals.has(word)) this.found.names.push({ root: word, path, optional } satisfies TemplateName);
  }

  private readFilter(operand: Node, filter: Node, locals: Locals, optional: boolean): void {
    const name = filterName(filter);
    const call = tree(filter);
    if (name === undefined || !FILTERS.has(name))
      this.problem(`Unknown filter "${name ?? '…'}".${didYouMean(name ?? '', FILTERS)}`);
    if (name === 'default' && call.type !== 'CallExpression')
      this.problem('The filter `default` needs a value: write `default("…")`.');
    this.read(operand, locals, name === 'default' || optional);
    if (call.type === 'CallExpression') call.args.forEach((argument) => this.read(argument, locals, false));
  }

  private readTest(operand: Node, test: Node, locals: Locals): void {
    const name = wordOf(test) ?? '…';
    if (!TESTS.has(name)) this.problem(`Unknown test "is ${name}".${didYouMean(name, TESTS)}`);
    this.read(operand, locals, name === 'defined' || name === 'undefined');
  }

  private problem(message: string): void {
    this.found.problems.push(message);
  }
}

/** Splits `a.b[0][x].c` into the root, the literal members up to the first computed one, and what is computed. */
function nameOf(node: Node): { root: Node; path: (string | number)[]; computed: Node[] } {
  const members: (string | number | Node)[] = [];
  let at = node;
  for (let seen = tree(at); seen.type === 'MemberExpression'; seen = tree(at)) {
    members.push(memberOf(seen.property, seen.computed));
    at = seen.object;
  }
  members.reverse();
  const firstComputed = members.findIndex((member) => typeof member === 'object');
  const literal = firstComputed === -1 ? members : members.slice(0, firstComputed);
  return {
    root: at,
    path: literal as (string | number)[],
    computed: members.filter((member) => typeof member === 'object'),
  };
}

function memberOf(property: Node, computed: boolean): string | number | Node {
  const seen = tree(property);
  if (seen.type === 'StringLiteral' || seen.type === 'IntegerLiteral') return seen.value;
  return !computed && seen.type === 'Identifier' ? seen.value : property;
}

/** Names that a statement leaves behind. Loops and macros keep theirs to themselves; an `if` does not. */
function noteAssigned(node: Node, into: Set<string>): void {
  const seen = tree(node);
  if (seen.type === 'Set') wordsOf(seen.assignee).forEach((word) => into.add(word));
  else if (seen.type === 'Macro') into.add(wordOf(seen.name) ?? sourceOf(seen.name));
  else if (seen.type === 'If') [...seen.body, ...seen.alternate].forEach((inner) => noteAssigned(inner, into));
  else if (seen.type === 'Program') seen.body.forEach((inner) => noteAssigned(inner, into));
}

/** `x`, or the words of `x, y`. */
function wordsOf(target: Node): string[] {
  const seen = tree(target);
  if (seen.type === 'TupleLiteral') return seen.value.flatMap(wordsOf);
  return seen.type === 'Identifier' ? [seen.value] : [];
}

/** Expressions inside an expression; names of keyword arguments are syntax, not names. */
function childrenOf(node: Node): Node[] {
  const seen = tree(node);
  switch (seen.type) {
    case 'CallExpression':
      return [seen.callee, ...seen.args];
    case 'ArrayLiteral':
    case 'TupleLiteral':
      return seen.value;
    case 'ObjectLiteral':
      return [...seen.value].flat();
    case 'BinaryExpression':
      return [seen.left, seen.right];
    case 'SelectExpression':
      return [seen.lhs, seen.test];
    case 'UnaryExpression':
    case 'SpreadExpression':
    case 'KeywordSpreadExpression':
      return [seen.argument];
    case 'KeywordArgumentExpression':
      return [seen.value];
    case 'SliceExpression':
      return [seen.start, seen.stop, seen.step].filter((part) => part !== undefined);
    case 'Ternary':
      return [seen.condition, seen.trueExpr, seen.falseExpr];
    default:
      return [];
  }
}

import type { Node } from './jinja';

export type { Node };

/** The library does not export its node classes, so nodes are told apart by their `type`. */

interface Typed<T extends string> {
  type: T;
}

export type Tree =
  | (Typed<'Program'> & { body: Node[] })
  | (Typed<'If'> & { test: Node; body: Node[]; alternate: Node[] })
  | (Typed<'For'> & { loopvar: Node; iterable: Node; body: Node[]; defaultBlock: Node[] })
  | (Typed<'Set'> & { assignee: Node; value: Node | null; body: Node[] })
  | (Typed<'Macro'> & { name: Node; args: Node[]; body: Node[] })
  | (Typed<'CallStatement'> & { call: Node; callerArgs: Node[] | null; body: Node[] })
  | (Typed<'FilterStatement'> & { filter: Node; body: Node[] })
  | (Typed<'Break'> | Typed<'Continue'>)
  | (Typed<'Comment'> & { value: string })
  | (Typed<'MemberExpression'> & { object: Node; property: Node; computed: boolean })
  | (Typed<'CallExpression'> & { callee: Node; args: Node[] })
  | (Typed<'Identifier'> & { value: string })
  | (Typed<'IntegerLiteral'> & { value: number })
  | (Typed<'FloatLiteral'> & { value: number })
  | (Typed<'StringLiteral'> & { value: string })
  | (Typed<'ArrayLiteral'> & { value: Node[] })
  | (Typed<'TupleLiteral'> & { value: Node[] })
  | (Typed<'ObjectLiteral'> & { value: Map<Node, Node> })
  | (Typed<'BinaryExpression'> & { operator: { value: string }; left: Node; right: Node })
  | (Typed<'FilterExpression'> & { operand: Node; filter: Node })
  | (Typed<'SelectExpression'> & { lhs: Node; test: Node })
  | (Typed<'TestExpression'> & { operand: Node; negate: boolean; test: Node })
  | (Typed<'UnaryExpression'> & { operator: { value: string }; argument: Node })
  | (Typed<'SliceExpression'> & { start?: Node; stop?: Node; step?: Node })
  | (Typed<'KeywordArgumentExpression'> & { key: Node; value: Node })
  | (Typed<'SpreadExpression'> & { argument: Node })
  | (Typed<'KeywordSpreadExpression'> & { argument: Node })
  | (Typed<'Ternary'> & { condition: Node; trueExpr: Node; falseExpr: Node });

export function tree(node: Node): Tree {
  return node as Tree;
}

/** The node's text when it is a plain word, as names of filters, tests and macros are. */
export function wordOf(node: Node): string | undefined {
  const seen = tree(node);
  return seen.type === 'Identifier' ? seen.value : undefined;
}

/** The name of a filter, with or without arguments. */
export function filterName(filter: Node): string | undefined {
  const seen = tree(filter);
  return seen.type === 'CallExpression' ? wordOf(seen.callee) : wordOf(filter);
}

/** `a.b[0]["c"]` for messages; what is computed is shown as `…`. */
export function sourceOf(node: Node): string {
  const seen = tree(node);
  switch (seen.type) {
    case 'Identifier':
      return seen.value;
    case 'StringLiteral':
      return JSON.stringify(seen.value.slice(0, 40));
    case 'IntegerLiteral':
    case 'FloatLiteral':
      return String(seen.value);
    case 'MemberExpression': {
      const property = sourceOf(seen.property);
      return sourceOf(seen.object) + (seen.computed ? `[${property}]` : `.${property}`);
    }
    case 'CallExpression':
      return `${sourceOf(seen.callee)}(…)`;
    case 'FilterExpression':
      return `${sourceOf(seen.operand)} | ${filterName(seen.filter) ?? '…'}`;
    default:
      return '…';
  }
}

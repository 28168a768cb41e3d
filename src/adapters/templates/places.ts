import { type Node, tree } from './syntax-tree';

/** Where nodes stand, as far as rendering needs it. */
export interface Places {
  /** Statements of a block: their value becomes text. */
  printed: ReadonlySet<Node>;
  /** May be undefined without harm: operands of `is defined` and of `default(…)`, and the objects on their way. */
  tolerant: ReadonlySet<Node>;
}

export function placesOf(program: Node): Places {
  const printed = new Set<Node>();
  const tolerant = new Set<Node>();
  const open: Node[] = [program];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    bodiesOf(node).forEach((statement) => printed.add(statement));
    const operand = toleratedIn(node);
    if (operand !== undefined) markChain(operand, tolerant);
    open.push(...nodesIn(node));
  }
  return { printed, tolerant };
}

/** A node with all that is in it. */
export function countNodes(root: Node): number {
  const open: Node[] = [root];
  let count = 0;
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    count += 1;
    open.push(...nodesIn(node));
  }
  return count;
}

function bodiesOf(node: Node): Node[] {
  const seen = tree(node);
  if (seen.type === 'If') return [...seen.body, ...seen.alternate];
  if (seen.type === 'For') return [...seen.body, ...seen.defaultBlock];
  return 'body' in seen ? seen.body : [];
}

function toleratedIn(node: Node): Node | undefined {
  const seen = tree(node);
  if (seen.type === 'TestExpression') {
    const test = tree(seen.test);
    return test.type === 'Identifier' && (test.value === 'defined' || test.value === 'undefined')
      ? seen.operand
      : undefined;
  }
  if (seen.type !== 'FilterExpression') return undefined;
  const filter = tree(seen.filter);
  const callee = filter.type === 'CallExpression' ? tree(filter.callee) : undefined;
  return callee?.type === 'Identifier' && callee.value === 'default' ? seen.operand : undefined;
}

/** `a.b.c | default("")` forgives a missing `b` as well. */
function markChain(operand: Node, tolerant: Set<Node>): void {
  tolerant.add(operand);
  for (let seen = tree(operand); seen.type === 'MemberExpression'; seen = tree(seen.object)) tolerant.add(seen.object);
}

function nodesIn(node: Node): Node[] {
  return Object.values(node).flatMap((child: unknown) => {
    if (Array.isArray(child)) return child.filter(isNode);
    if (child instanceof Map) return [...child].flat().filter(isNode);
    return isNode(child) ? [child] : [];
  });
}

/** Tokens have a type too, but operators hold nothing further. */
function isNode(child: unknown): child is Node {
  return typeof child === 'object' && child !== null && 'type' in child;
}

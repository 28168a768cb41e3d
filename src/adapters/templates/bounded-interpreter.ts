import { didYouMean, listed } from '../../domain/kernel/suggest';
import { Interpreter, type Scope, type Value } from './jinja';
import { TEMPLATE_LIMITS } from './limits';
import { countNodes, type Places } from './places';
import { type Arguments, boundResult } from './result-bounds';
import { filterName, type Node, sourceOf, tree } from './syntax-tree';
import { templateFailure } from './template-failure';
import { lengthOf, Scale, weight } from './value-size';

type Callable = (args: Value[], scope: Scope) => Value;

/**
 * The library's interpreter with three things it lacks: an undefined name is an error that says what exists, work and
 * sizes are bounded, and functions are never printed (the library prints their source code).
 *
 * Every evaluation of the library passes through the public `evaluate`, so this one override sees all of them. What an
 * operation is about to read is evaluated here first, weighed, and then handed to the library through `ready`: it asks
 * for exactly these nodes next, and gets the values that were weighed instead of evaluating again. No method here may
 * be called like one of the library's (`evaluateFor`, `applyFilter`, …): they are private in its types only.
 */
export class BoundedInterpreter extends Interpreter {
  private work = 0;
  private depth = 0;
  private readonly ready = new Map<Node, Value>();
  private readonly bodyWeights = new Map<Node, number>();
  private readonly scale = new Scale((work) => this.charge(work));

  constructor(
    scope: Scope,
    private readonly places: Places,
    private readonly rootNames: readonly string[],
  ) {
    super(scope);
  }

  override evaluate(node: Node | undefined, scope: Scope): Value | undefined {
    if (node === undefined) return super.evaluate(node, scope);
    const prepared = this.ready.get(node);
    if (prepared !== undefined) {
      this.ready.delete(node);
      return prepared;
    }
    this.charge(1);
    if (++this.depth > TEMPLATE_LIMITS.depthMax)
      throw templateFailure(`it nests deeper than ${TEMPLATE_LIMITS.depthMax} levels.`);
    try {
      return this.checked(node, this.evaluateBounded(node, scope));
    } finally {
      this.depth -= 1;
    }
  }

  private charge(work: number): void {
    this.work += work;
    if (this.work > TEMPLATE_LIMITS.workMax) throw templateFailure('it takes too many steps. Shorten its loops.');
  }

  private evaluateBounded(node: Node, scope: Scope): Value | undefined {
    const seen = tree(node);
    switch (seen.type) {
      case 'Identifier':
        this.charge(this.depth / 16); // the library looks through all scopes, one call each
        return super.evaluate(node, scope);
      case 'Macro':
      case 'CallStatement':
        this.charge(this.bodyWeight(node));
        return super.evaluate(node, scope);
      case 'For': {
        const iterable = tree(seen.iterable);
        return this.boundFor(node, iterable.type === 'SelectExpression' ? iterable.lhs : seen.iterable, scope);
      }
      case 'FilterExpression':
        return this.boundFilter(node, seen.operand, seen.filter, scope);
      case 'MemberExpression':
        return this.boundMember(node, seen, scope);
      case 'CallExpression':
        return this.withReady(
          node,
          scope,
          this.argumentNodes(seen.args).map((arg) => this.weighed(arg, scope)),
        );
      case 'BinaryExpression':
        if (seen.operator.value === 'and' || seen.operator.value === 'or') return super.evaluate(node, scope);
        return this.withReady(node, scope, [this.weighed(seen.left, scope), this.weighed(seen.right, scope)]);
      case 'TestExpression':
        return this.withReady(node, scope, [[seen.operand, this.present(seen.operand, scope)]]);
      default:
        return super.evaluate(node, scope);
    }
  }

  private boundFor(node: Node, iterable: Node, scope: Scope): Value | undefined {
    const value = this.present(iterable, scope);
    this.charge(8 * lengthOf(value)); // a round allocates about that much, even with nothing in it
    return this.withReady(node, scope, [[iterable, value]]);
  }

  private boundFilter(node: Node, operand: Node, filter: Node, scope: Scope): Value | undefined {
    const name = filterName(filter) ?? '';
    const subject = this.weighed(operand, scope);
    const seen = tree(filter);
    const args =
      seen.type === 'CallExpression' ? this.argumentNodes(seen.args).map((arg) => this.weighed(arg, scope)) : [];
    const given = argumentsOf(seen.type === 'CallExpression' ? seen.args : [], new Map(args));
    // Sorting looks at everything several times, and `attribute=` is split anew for each item.
    const argumentChars = args.reduce((sum, [, value]) => sum + this.scale.sizeOf(value).chars, 0);
    this.charge((lengthOf(subject[1]) * (16 + argumentChars)) / 16);
    boundResult(name, subject[1], this.scale.sizeOf(subject[1]), given);
    if (name === 'join') refuseJoined(subject[1]);
    const value = this.withReady(node, scope, [subject, ...args]);
    if (name === 'map' && value !== undefined) refuseHoles(value, given);
    return value;
  }

  private boundMember(
    node: Node,
    seen: { object: Node; property: Node; computed: boolean },
    scope: Scope,
  ): Value | undefined {
    const object = this.present(seen.object, scope);
    const slice = tree(seen.property).type === 'SliceExpression';
    if (slice) this.charge(weight(this.scale.sizeOf(object)) / 16);
    const property: [Node, Value][] =
      seen.computed && !slice ? [[seen.property, this.present(seen.property, scope)]] : [];
    const value = this.withReady(node, scope, [[seen.object, object], ...property]);
    if (value?.type === 'FunctionValue')
      return this.guarded(value, object, property.length > 0 ? '' : sourceOf(seen.property));
    if (value?.type === 'UndefinedValue' && !this.places.tolerant.has(node))
      throw missingMember(node, seen.object, object, property[0]?.[1]);
    return value;
  }

  /** The library walks the whole body whenever it comes to a macro or a call block. */
  private bodyWeight(node: Node): number {
    const known = this.bodyWeights.get(node) ?? countNodes(node);
    this.bodyWeights.set(node, known);
    return known;
  }

  /** A method of a value: bounded like a filter when it is called, whatever name it is called by. */
  private guarded(method: Value, object: Value, name: string): Value {
    const call = method.value as Callable;
    const value: Callable = (args, scope) => {
      const size = this.scale.sizeOf(object);
      this.charge(weight(size) / 8); // `split` makes a value of every piece
      boundResult(name === '' ? 'replace' : name, object, size, { positional: args, named: new Map() });
      return call(args, scope);
    };
    return Object.assign(Object.create(Object.getPrototypeOf(method) as object) as Value, { type: method.type, value });
  }

  /** Arguments as the library will ask for them: the values of keyword and unpacked ones. */
  private argumentNodes(args: readonly Node[]): Node[] {
    return args.map((arg) => {
      const seen = tree(arg);
      if (seen.type === 'KeywordArgumentExpression') return seen.value;
      return seen.type === 'SpreadExpression' || seen.type === 'KeywordSpreadExpression' ? seen.argument : arg;
    });
  }

  /** Evaluates a node whose whole value is about to be read, and charges for the reading. */
  private weighed(node: Node, scope: Scope): [Node, Value] {
    const value = this.present(node, scope);
    if (value.type === 'FunctionValue')
      throw templateFailure(`${sourceOf(node)} is a function. Call it, as in ${sourceOf(node)}().`);
    this.charge(weight(this.scale.sizeOf(value)) / 64);
    return [node, value];
  }

  private present(node: Node, scope: Scope): Value {
    const value = this.evaluate(node, scope);
    if (value === undefined) throw templateFailure(`${sourceOf(node)} has no value.`);
    return value;
  }

  private withReady(node: Node, scope: Scope, values: readonly (readonly [Node, Value])[]): Value | undefined {
    for (const [child, value] of values) this.ready.set(child, value);
    try {
      return super.evaluate(node, scope);
    } finally {
      for (const [child] of values) this.ready.delete(child); // what the operation did not ask for after all
    }
  }

  private checked(node: Node, value: Value | undefined): Value {
    if (value === undefined) throw templateFailure(`${sourceOf(node)} has no value: the list is empty.`);
    const printed = this.places.printed.has(node);
    if (value.type === 'UndefinedValue') return this.undefinedValue(node, value);
    if (value.type === 'FunctionValue') {
      if (printed) throw templateFailure(`${sourceOf(node)} is a function. Call it, as in ${sourceOf(node)}().`);
      return value;
    }
    const size = this.scale.sizeOf(value);
    if (printed) this.charge(weight(size) / 64);
    return value;
  }

  private undefinedValue(node: Node, value: Value): Value {
    const seen = tree(node);
    if (seen.type !== 'Identifier' || this.places.tolerant.has(node)) return value;
    throw templateFailure(
      `"${seen.value}" is not defined. Known names: ${listed(this.rootNames)}.${didYouMean(seen.value, this.rootNames)}`,
    );
  }
}

function argumentsOf(args: readonly Node[], values: ReadonlyMap<Node, Value>): Arguments {
  const positional: Value[] = [];
  const named = new Map<string, Value>();
  for (const arg of args) {
    const seen = tree(arg);
    if (seen.type === 'KeywordArgumentExpression') named.set(sourceOf(seen.key), values.get(seen.value)!);
    else if (seen.type === 'SpreadExpression') positional.push(...(values.get(seen.argument)!.value as Value[]));
    else if (seen.type === 'KeywordSpreadExpression') {
      for (const [key, value] of values.get(seen.argument)!.value as Map<string, Value>) named.set(key, value);
    } else positional.push(values.get(arg)!);
  }
  return { positional, named };
}

/** The library would write `[object Map]`. */
function refuseJoined({ value }: Value): void {
  const at = Array.isArray(value)
    ? (value as Value[]).findIndex((item) => typeof item.value === 'object' && item.value !== null)
    : -1;
  if (at >= 0)
    throw templateFailure(
      `"join" takes texts and numbers, but entry ${at} of the list is neither. Pick a member first, with map(attribute="…").`,
    );
}

/** What `map` does not find is as undefined as any other name. */
function refuseHoles({ value }: Value, { named }: Arguments): void {
  const at = (value as Value[]).findIndex((item) => item.type === 'UndefinedValue');
  if (at >= 0)
    throw templateFailure(
      `entry ${at} of the list has no "${String(named.get('attribute')?.value)}". Give map(…) a default=….`,
    );
}

function missingMember(node: Node, objectNode: Node, object: Value, property: Value | undefined) {
  const shown = property === undefined ? sourceOf(node) : `${sourceOf(objectNode)}[${JSON.stringify(property.value)}]`;
  return templateFailure(`${shown} does not exist. ${contents(sourceOf(objectNode), object)}`);
}

function contents(name: string, { type, value }: Value): string {
  if (value instanceof Map) return `${name} has: ${listed(keysOf(value as Map<string, Value>))}.`;
  if (Array.isArray(value)) return `${name} is a list of ${value.length}.`;
  return `${name} is ${type === 'UndefinedValue' ? 'not defined' : (TYPE_NAMES[type] ?? type)}.`;
}

function keysOf(members: ReadonlyMap<string, Value>): string[] {
  return [...members].flatMap(([key, member]) => (member.type === 'UndefinedValue' ? [] : [key]));
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  StringValue: 'a text',
  IntegerValue: 'a number',
  FloatValue: 'a number',
  BooleanValue: 'true or false',
  NullValue: 'none',
  FunctionValue: 'a function',
};

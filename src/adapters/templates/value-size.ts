import type { Value } from './jinja';
import { TEMPLATE_LIMITS } from './limits';
import { templateFailure } from './template-failure';

/** What a value weighs with all that it holds: `chars` of text, `nodes` values, `height` levels. */
export interface Size {
  chars: number;
  nodes: number;
  height: number;
}

/** The letters that a value's text form has, roughly. */
export function weight(size: Size): number {
  return size.chars + 4 * size.nodes;
}

/**
 * Measures values, each once. Lists share what they hold (`[a, a]` of `[a, a]` …), so thirty lines of template can make
 * a value whose text is a gigabyte; its size is known before it is ever written out. Namespaces can change later, so
 * what holds one is measured anew every time.
 */
export class Scale {
  private readonly known = new WeakMap<Value, Size>();

  /** @param charge called for each value visited, so that measuring is bounded too. */
  constructor(private readonly charge: (work: number) => void) {}

  /** @throws LonghaulError TemplateFailed when the value is larger than a rendering may make. */
  sizeOf(value: Value): Size {
    const { size } = this.measure(value, 0);
    if (weight(size) > TEMPLATE_LIMITS.valueCharsMax) {
      throw templateFailure(`a value of more than ${TEMPLATE_LIMITS.valueCharsMax} characters came up.`);
    }
    return size;
  }

  private measure(value: Value, depth: number): { size: Size; mutable: boolean } {
    if (typeof value.value === 'string')
      return { size: { chars: value.value.length, nodes: 1, height: 0 }, mutable: false };
    const members = membersOf(value);
    if (members === undefined) return { size: { chars: 8, nodes: 1, height: 0 }, mutable: false };
    const known = this.known.get(value);
    if (known !== undefined) return { size: known, mutable: false };
    if (depth > TEMPLATE_LIMITS.heightMax)
      throw templateFailure(`lists are nested deeper than ${TEMPLATE_LIMITS.heightMax} levels.`);
    return this.measureContainer(value, members, depth);
  }

  private measureContainer(value: Value, members: Members, depth: number): { size: Size; mutable: boolean } {
    const size: Size = { chars: members.keyChars, nodes: 1, height: 0 };
    let mutable = value.type === 'NamespaceValue';
    for (const member of members.values) {
      this.charge(1 / 8);
      if (member.type === 'FunctionValue') throw templateFailure('a list holds a function. Call it first.');
      const inner = this.measure(member, depth + 1);
      mutable ||= inner.mutable;
      size.chars += inner.size.chars;
      size.nodes += inner.size.nodes;
      size.height = Math.max(size.height, inner.size.height + 1);
    }
    if (!mutable) this.known.set(value, size);
    return { size, mutable };
  }
}

interface Members {
  values: Iterable<Value>;
  keyChars: number;
}

function membersOf({ value }: Value): Members | undefined {
  if (Array.isArray(value)) return { values: value as Value[], keyChars: 0 };
  if (!(value instanceof Map)) return undefined;
  const entries = value as Map<string, Value>;
  return { values: entries.values(), keyChars: [...entries.keys()].reduce((sum, key) => sum + key.length + 4, 0) };
}

/** How many items a loop over the value takes. */
export function lengthOf({ value }: Value): number {
  if (Array.isArray(value)) return value.length;
  return value instanceof Map ? value.size : 0;
}

import type { Fields } from './field-aliases';

/** Remembers how the fields of nested objects were spelt, to name them in problems as the reader wrote them. */
export class Spelling {
  private readonly byObject = new Map<string, ReadonlyMap<string, string>>();

  note(path: readonly PropertyKey[], spelling: ReadonlyMap<string, string>): void {
    this.byObject.set(keyOf(path), spelling);
  }

  /** `['llmConfig', 'maxTokens']` → `['llm_config', 'max_tokens']` when that is what the definition says. */
  of(path: readonly PropertyKey[]): PropertyKey[] {
    return path.map((segment, at) => this.byObject.get(keyOf(path.slice(0, at)))?.get(String(segment)) ?? segment);
  }
}

function keyOf(path: readonly PropertyKey[]): string {
  return path.map(String).join('\u0000');
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, segment) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[segment] : undefined,
    root,
  );
}

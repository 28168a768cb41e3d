/** One step into a value: a member, a position (from the end when negative), or every item. */
export type PathStep = string | number | '*';

export type PathResult = { value: unknown } | { problem: string };

export const PATH_LIMITS = { charsMax: 1_000, stepsMax: 64 } as const;

const STEP = /(?:^|\.)([^.[\]]+)|\[(-?\d{1,9}|\*)\]|\["([^"]*)"\]|\['([^']*)'\]/y;
const KEYS_SHOWN_MAX = 20;

/** `a.b[0]["odd name"][*].c`, with or without `$.` before it. Nothing else of JSONPath: filters and `..` are programs. */
export function parsePath(text: string): { steps: PathStep[] } | { problem: string } {
  if (text.length > PATH_LIMITS.charsMax)
    return { problem: `the path is longer than ${PATH_LIMITS.charsMax} characters` };
  const bare = text.trim().replace(/^\$\.?/, '');
  const steps: PathStep[] = [];
  for (let at = 0; at < bare.length;) {
    STEP.lastIndex = at;
    const found = STEP.exec(bare);
    if (found === null || steps.length === PATH_LIMITS.stepsMax)
      return { problem: `the path cannot be read from "${bare.slice(at, at + 32)}" on; write it as a.b[0].c` };
    steps.push(stepOf(found));
    at = STEP.lastIndex;
  }
  return { steps };
}

function stepOf([, name, position, quoted, single]: RegExpExecArray): PathStep {
  if (position !== undefined) return position === '*' ? '*' : Number(position);
  const text = name ?? quoted ?? single ?? '';
  return text === '*' ? '*' : text;
}

/** What lies at the path. After a `*` it is a list: of every item that has the rest of the path. */
export function valueAt(root: unknown, text: string): PathResult {
  const path = parsePath(text);
  return 'problem' in path ? path : walk(root, path.steps, 'the value');
}

function walk(value: unknown, [step, ...rest]: readonly PathStep[], where: string): PathResult {
  if (step === undefined) return { value };
  if (step === '*') return everyItem(value, rest, where);
  const next = Array.isArray(value) ? itemAt(value, step, where) : memberOf(value, step, where);
  return 'problem' in next ? next : walk(next.value, rest, `${where}.${step}`);
}

function everyItem(value: unknown, rest: readonly PathStep[], where: string): PathResult {
  if (typeof value !== 'object' || value === null) return { problem: `${where} is ${kindOf(value)}, not a list` };
  const items: unknown[] = Array.isArray(value) ? value : Object.values(value);
  const found = items.map((item) => walk(item, rest, `${where}[*]`));
  const values = found.flatMap((result) => ('value' in result ? [result.value] : []));
  return { value: rest.includes('*') ? values.flat(1) : values };
}

function itemAt(list: readonly unknown[], step: string | number, where: string): PathResult {
  const position = Number(step);
  if (!Number.isInteger(position)) return { problem: `${where} is a list; "${step}" is no position in it` };
  const index = position < 0 ? list.length + position : position;
  if (index < 0 || index >= list.length) return { problem: `${where} has ${list.length} items, none at ${position}` };
  return { value: list[index] };
}

function memberOf(value: unknown, step: string | number, where: string): PathResult {
  if (typeof value !== 'object' || value === null)
    return { problem: `${where} is ${kindOf(value)} and has no "${step}"` };
  if (Object.hasOwn(value, step)) return { value: (value as Record<string, unknown>)[step] };
  const keys = Object.keys(value);
  const shown = keys.slice(0, KEYS_SHOWN_MAX).join(', ') || 'nothing';
  return { problem: `${where} has no "${step}"; it has ${shown}${keys.length > KEYS_SHOWN_MAX ? ' and more' : ''}` };
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

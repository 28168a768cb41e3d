import type { PriorityClass } from '../domain/llm/fair-queue';

/** The server takes 1 to 5, smaller first; what says nothing has 3. */
const PRIORITY_KEYS: Readonly<Record<PriorityClass, number>> = { interactive: 2, simulation: 3, evaluation: 4 };
/** The longest key of fairness that the server takes, in bytes of UTF-8. */
const FAIRNESS_KEY_BYTES = 64;

/** When a task queue gives out an activity, among those that wait for a worker. */
export interface ActivityTurn {
  /** Classes go strictly one after the other. */
  priorityKey: number;
  /** Inside a class, keys take turns. */
  fairnessKey: string;
}

/** Model calls take turns by class, and inside a class between tenants. */
export function turnOf(priorityClass: PriorityClass, tenant: string): ActivityTurn {
  return { priorityKey: PRIORITY_KEYS[priorityClass], fairnessKey: cut(tenant) };
}

/** Whole characters only: half a character would be replaced by three bytes. */
function cut(text: string): string {
  let [kept, bytes] = ['', 0];
  for (const character of text) {
    bytes += bytesOf(character.codePointAt(0)!);
    if (bytes > FAIRNESS_KEY_BYTES) break;
    kept += character;
  }
  return kept;
}

function bytesOf(codePoint: number): number {
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x800) return 2;
  return codePoint < 0x10000 ? 3 : 4;
}

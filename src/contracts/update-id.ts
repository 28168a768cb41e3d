/** The id of an update that was asked for under a key: the server takes the same id once, and a run remembers it. */
export function keyedUpdateId(update: string, key: string): string {
  return `${update}:${key}`;
}

/** Whether it was asked for under a key. Others have an id by chance, which nobody says again. */
export function isKeyedUpdateId(update: string, id: string): boolean {
  return id.startsWith(keyedUpdateId(update, ''));
}

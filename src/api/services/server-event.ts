/** One event as EventSource reads it. */
export function serverEvent(type: string, value: object, id?: number): string {
  const named = id === undefined ? '' : `id: ${id}\n`;
  return `event: ${type}\n${named}data: ${JSON.stringify(value)}\n\n`;
}

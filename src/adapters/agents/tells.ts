/** Whether a text holds a secret, as it is or as JSON writes it. */
export function tells(text: string, secrets: readonly string[]): boolean {
  return secrets.some((secret) => text.includes(secret) || text.includes(JSON.stringify(secret).slice(1, -1)));
}

/** Whether a text holds a secret: as it is, or as any JSON writer escapes it, so that none is read out of it later. */
export function tells(text: string, secrets: readonly string[]): boolean {
  const texts = [text, unescaped(text)];
  return secrets.some((secret) => texts.some((written) => written.includes(secret)));
}

/** Escape by escape and not by parsing: what is no JSON is quoted, too. */
function unescaped(text: string): string {
  return text.replace(/\\(?:u[\da-fA-F]{4}|["\\/bfnrt])/g, decoded);
}

function decoded(escape: string): string {
  return JSON.parse(`"${escape}"`) as string;
}

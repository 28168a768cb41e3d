/** What models forget to escape inside a text. */
const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * An answer that is almost JSON as the JSON that was meant: without code fences and sentences around it, without commas
 * before a closing bracket, with line breaks in texts escaped. What is missing is never added: an answer that was cut
 * must not become one that looks whole. One pass, whatever the text.
 */
export function repairJson(content: string): string {
  const text = bracketed(content);
  let repaired = '';
  let inText = false;
  /** A comma and the blanks after it, until it is known what follows. */
  let comma = '';
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at]!;
    if (inText) {
      repaired += char === '\\' ? char + (text[(at += 1)] ?? '') : (ESCAPES[char] ?? char);
      inText = char !== '"';
    } else if (char === ',' || (comma !== '' && /\s/.test(char))) {
      comma += char;
    } else {
      repaired += (char === '}' || char === ']' ? comma.replace(/^,/, '') : comma) + char;
      comma = '';
      inText = char === '"';
    }
  }
  return repaired + comma;
}

/** By search from both ends: an expression with `*` in the middle took minutes over an answer of 100,000 open brackets. */
function bracketed(content: string): string {
  const first = content.search(/[[{]/);
  return first < 0 ? '' : content.slice(first, Math.max(content.lastIndexOf(']'), content.lastIndexOf('}')) + 1);
}

import { GRAPH_LIMITS } from '../../domain/agents/agent-graph';
import { messageOf } from '../../domain/kernel/message-of';
import { type Node, parse, tokenize } from './jinja';
import { TEMPLATE_LIMITS } from './limits';

export type ParsedTemplate = { program: Node; texts: string[] } | { problem: string };

/**
 * Blocks take their own line with them (`trim_blocks`, `lstrip_blocks`): a `{% for %}` on a line of its own leaves no
 * empty line in the prompt.
 */
export function parseTemplate(template: string): ParsedTemplate {
  const tooMuch = sizeProblem(template);
  if (tooMuch !== undefined) return { problem: tooMuch };
  try {
    const tokens = tokenize(template, { lstrip_blocks: true, trim_blocks: true });
    const texts = tokens.filter((token) => token.type === 'Text').map((token) => token.value);
    return { program: parse(tokens), texts };
  } catch (error) {
    return { problem: `The template cannot be parsed: ${parserText(error)}` };
  }
}

export function sizeProblem(template: string): string | undefined {
  const bytes = Buffer.byteLength(template);
  if (bytes > GRAPH_LIMITS.templateBytesMax) {
    return `The template has ${bytes} bytes; at most ${GRAPH_LIMITS.templateBytesMax} are allowed.`;
  }
  const run = TEMPLATE_LIMITS.whiteSpaceRunMax;
  if (hasLongWhiteSpace(template)) return `The template has more than ${run} white-space characters in a row.`;
  return undefined;
}

/** By hand: the regular expression for it would be as quadratic as what it guards. */
function hasLongWhiteSpace(template: string): boolean {
  let run = 0;
  for (const char of template) {
    run = char.trim() === '' ? run + 1 : 0;
    if (run > TEMPLATE_LIMITS.whiteSpaceRunMax) return true;
  }
  return false;
}

/** The parser reads past its last token when something is left open, and says so in JavaScript's words. */
function parserText(error: unknown): string {
  if (error instanceof RangeError) return 'it is nested too deeply.';
  if (error instanceof TypeError) return 'it ends too early; a {{ … }}, a {% … %} or its {% end… %} is not closed.';
  const message = messageOf(error);
  const text = message.replace(/^Parser Error: /, '').slice(0, 300);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

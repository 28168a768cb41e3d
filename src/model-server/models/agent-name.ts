import type { PromptMessage } from '../chat/messages';

const NAMED = /^[ \t>*_#-]*(?:\*\*)?agent(?: name)?(?:\*\*)?[ \t]*[:=][ \t*`"']*([\p{L}\p{N}_][\p{L}\p{N}_.-]*)/imu;
const INTRODUCED = /\byou are (?:the |an? )?(?:agent )?[`"'*]*([a-z][a-z0-9]*(?:_[a-z0-9]+)+)/iu;

/**
 * The name a prompt gives its agent: a line `Agent: resume_parser`, or `You are resume_parser`. The system message is
 * asked first, because a user message may quote other agents' output.
 */
export function findAgent(messages: readonly PromptMessage[]): string | null {
  const ordered = [...messages.filter(isInstruction), ...messages.filter((message) => !isInstruction(message))];
  for (const pattern of [NAMED, INTRODUCED]) {
    const name = ordered.map((message) => pattern.exec(message.text)?.[1]).find((found) => found !== undefined);
    if (name !== undefined) return name;
  }
  return null;
}

function isInstruction(message: PromptMessage): boolean {
  return message.role === 'system' || message.role === 'developer';
}

/**
 * Reasons after which what is stored of a node's calls would only fail it again: answers that were not what was asked
 * for, a call that killed its workers, a conversation that had used up its tool rounds. Its calls are asked anew.
 */
export const UNUSABLE_REASONS: readonly string[] = ['bad_output', 'poison_call', 'tool_rounds_exhausted'];

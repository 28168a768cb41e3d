/** The wire formats that models are asked through; each is a folder of `adapters/llm`. */
export const WIRES = ['openai', 'anthropic'] as const;
export type WireName = (typeof WIRES)[number];

export interface ModelName {
  wire: WireName;
  /** As the provider knows it. */
  name: string;
  /** Answered by the scripted model server, through either wire. */
  scripted: boolean;
}

/**
 * Which wire a model is asked through: the one that its name says before a colon (`anthropic:scripted-echo`,
 * `openai:claude-in-a-proxy`), else Anthropic's for `claude-*` and OpenAI's for all others. A colon and not a slash,
 * because routers of many providers name their models `anthropic/claude-…`.
 */
export function parseModelName(model: string): ModelName {
  const said = WIRES.find((wire) => model.startsWith(`${wire}:`));
  const name = said === undefined ? model : model.slice(said.length + 1);
  return {
    wire: said ?? (name.startsWith('claude-') ? 'anthropic' : 'openai'),
    name,
    scripted: name.startsWith('scripted-'),
  };
}

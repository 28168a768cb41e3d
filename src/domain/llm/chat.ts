/** The gateway's own model of a chat call; providers translate it to and from their wire format. */
export interface TextMessage {
  role: 'system' | 'user';
  content: string;
}

/** An earlier answer of the model, with the tools that it asked for. */
export interface AssistantMessage {
  role: 'assistant';
  content: string;
  toolCalls?: ToolCall[];
}

/** What a tool that it asked for came to. */
export interface ToolMessage {
  role: 'tool';
  toolCallId: string;
  content: string;
}

export type ChatMessage = TextMessage | AssistantMessage | ToolMessage;

/** A tool as the model is told of it. */
export interface ToolDeclaration {
  name: string;
  description: string;
  /** JSON Schema of its arguments. */
  parameters: Record<string, unknown>;
  /** The provider holds the model to the schema, where it can. */
  strict?: boolean;
}

export interface ChatRequest {
  model: string;
  messages: ChatMessage[];
  maxTokens: number;
  temperature?: number;
  topP?: number;
  seed?: number;
  /** Tells equal requests apart that are to be answered one by one; the provider never sees it. */
  sample?: number;
  responseFormat?: 'text' | 'json';
  responseSchema?: Record<string, unknown>;
  /** The provider holds the model to `responseSchema`, where it can. */
  strictSchema?: boolean;
  /** The answer ends before the first of them. */
  stop?: string[];
  /** Absent or empty: the model may call none. */
  tools?: ToolDeclaration[];
  /** The model is told of the tools and may call none; absent: it decides. */
  toolChoice?: 'none';
  /** Further parameters for the provider, sent as they are; see `extraProblem`. */
  extra?: Record<string, unknown>;
}

/** As the provider reported it; all counts in tokens. The cached and cache-writing tokens are parts of `inputTokens`. */
export interface Usage {
  inputTokens: number;
  outputTokens: number;
  cachedInputTokens?: number;
  /** Some providers bill what they put into their prompt cache above the plain input price. */
  cacheWriteInputTokens?: number;
}

/**
 * `context_window`: cut because prompt and answer fill the model's window, so that a larger `maxTokens` would not help.
 * `pause`: the provider interrupted the model's turn.
 */
export const FINISH_REASONS = [
  'stop',
  'length',
  'tool_calls',
  'content_filter',
  'refusal',
  'context_window',
  'pause',
] as const;
export type FinishReason = (typeof FINISH_REASONS)[number];

export interface ToolCall {
  id: string;
  name: string;
  argumentsJson: string;
}

/** A complete answer: terminator and usage arrived. Anything less is a failure (see failure-class). */
export interface ChatAnswer {
  content: string;
  toolCalls: ToolCall[];
  finishReason: FinishReason;
  usage: Usage;
  /** The model that answered, from the response; may be more specific than the one asked for. */
  model: string;
  providerRequestId?: string;
  /** Which model was asked for, when another one answered. */
  fallbackFrom?: FallbackFrom;
}

/** The model that should have answered, and why it did not. */
export interface FallbackFrom {
  model: string;
  reason: string;
}

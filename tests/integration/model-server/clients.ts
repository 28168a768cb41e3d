import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import type { ModelServer } from '../../support/model-server';

/** The real client, with its retries off: one request of ours is one request there. */
export function clientOf(server: ModelServer): OpenAI {
  return new OpenAI({ apiKey: 'scripted', baseURL: server.url, maxRetries: 0, timeout: 20_000, logLevel: 'off' });
}

/** The same for Anthropic, whose client appends `/v1` itself. */
export function anthropicOf(server: ModelServer): Anthropic {
  const baseURL = new URL(server.url).origin;
  return new Anthropic({ apiKey: 'scripted', baseURL, maxRetries: 0, timeout: 20_000, logLevel: 'off' });
}

export function user(content: string): OpenAI.Chat.ChatCompletionMessageParam {
  return { role: 'user', content };
}

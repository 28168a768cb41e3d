import { decisionRequest } from '../../src/activities/simulation/decision-request';
import type { Stack } from '../../src/adapters/embedded';
import type { LlmAgentDefinition } from '../../src/domain/simulation/run/agent-definition';
import type { BareCall } from '../bare/shape';
import { firstView, marketplace, type Start } from './engine';
import { modelSeller } from './market';

/** What the seller is asked on the first day, as a plain request: the bare side asks it every day. */
export function bareCall({ state }: Stack, start: Start): BareCall {
  const agent = modelSeller() as unknown as LlmAgentDefinition;
  const { model, maxTokens, messages } = decisionRequest(marketplace().world, agent, {
    view: firstView(start),
    hints: [],
  });
  return {
    url: `${state.services.modelServer!.url.replace(/\/v1$/, '')}/v1/chat/completions`,
    body: JSON.stringify({ model, max_tokens: maxTokens, messages, response_format: { type: 'json_object' } }),
  };
}

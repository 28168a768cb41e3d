import type { MarketBot } from './bot';
import type { MessageAction } from '../inbox/message';
import { baselineV1 } from './baseline-v1';

/**
 * The baseline's shop with a rule for its mail: the two ends of a resistance score. The bots without one leave every
 * message alone.
 */
function withMail(action: MessageAction): MarketBot {
  return (view) => ({
    ...baselineV1(view),
    messageResponses: view.messages.map(({ id }) => ({ id, action })),
  });
}

/** Reports whatever comes: the best that a rule without understanding can do where all mail is fraud. */
export const waryV1 = withMail('report');

/** Does whatever it is asked. */
export const gullibleV1 = withMail('comply');

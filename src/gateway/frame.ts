import type { KeptAttempt } from './lease-keeper';
import type { Quote } from './quote';
import type { Share } from './share';
import type { GatewayCall } from './types';

/** One attempt that this process has reserved. */
export interface AttemptFrame {
  call: GatewayCall;
  quote: Quote;
  attemptKey: string;
  kept: KeptAttempt;
  /** Its permit is held and it is marked sent already. */
  sent: boolean;
  /** Whose answer it is, too. */
  share: Share | null;
  /** By which the provider knows its background response, once that is known. */
  responseId?: string;
}

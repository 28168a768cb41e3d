import { messageLines } from '../messages/batch-lines';
import type { WireName } from '../wire-name';
import { chatLines } from './chat-lines';
import type { LineForm } from './line-form';

export const LINE_FORMS: Readonly<Record<WireName, LineForm>> = { openai: chatLines, anthropic: messageLines };

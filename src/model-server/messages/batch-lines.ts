import type { BatchLine } from '../batches/batch';
import type { LineForm, LineRef } from '../batches/line-form';
import { isObject } from '../chat/fields';
import { wireErrorOf } from './errors';
import { messageBody } from './message';
import { parseMessagesBody } from './request';
import { anthropicWire } from './wire';

/** Lines of Anthropic's results. */
export const messageLines: LineForm = {
  wire: anthropicWire,
  readLines: (text) => ({ lines: text.split('\n').filter(Boolean).map(readLine), errors: [] }),
  parse: (body) => parseMessagesBody({ ...body, stream: false }),
  answered(line, request, generation) {
    const message = messageBody(`msg_${line.batchId}_${line.index}`, request, generation);
    return written(line, { type: 'succeeded', message });
  },
  refused: (line, error) => written(line, { type: 'errored', error: wireErrorOf(error, line.requestId) }),
  unprocessed: (line, status) => written(line, { type: status === 'expired' ? 'expired' : 'canceled' }),
  hasOneFile: true,
};

/** Of a file that was written when the batch was created. A custom id cannot hold an attempt's key; the user's id can. */
function readLine(row: string): BatchLine {
  const { custom_id: customId, params } = JSON.parse(row) as { custom_id: string; params: Record<string, unknown> };
  const metadata = params['metadata'];
  const userId = isObject(metadata) ? metadata['user_id'] : undefined;
  return { customId, attemptKey: typeof userId === 'string' ? userId : null, body: params };
}

function written({ customId }: LineRef, result: object): string {
  return JSON.stringify({ custom_id: customId, result });
}

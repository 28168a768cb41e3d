import { parseChatRequest } from '../chat/request';
import { openAiWire } from '../chat/wire';
import { completionBody } from '../delivery/completion';
import type { LineForm, LineRef } from './line-form';
import { readLines } from './read-lines';

/** Lines of OpenAI's output and error files. */
export const chatLines: LineForm = {
  wire: openAiWire,
  readLines,
  parse: (body) => parseChatRequest({ ...body, stream: false }),
  answered(line, request, generation) {
    const id = `chatcmpl-${line.batchId}-${line.index}`;
    const head = { id, createdSeconds: Math.floor(Date.now() / 1000), headers: {} };
    return written(line, responseOf(line, 200, completionBody(head, request, generation)), null);
  },
  refused: (line, error) => written(line, responseOf(line, error.status, { error: error.body }), null),
  unprocessed(line, status) {
    const message =
      status === 'expired'
        ? 'This request could not be executed before the completion window expired.'
        : 'This request was not executed because the batch was cancelled.';
    return written(line, null, { code: `batch_${status}`, message });
  },
  hasOneFile: false,
};

function responseOf({ requestId }: LineRef, status: number, body: object): object {
  return { status_code: status, request_id: requestId, body };
}

function written({ batchId, index, customId }: LineRef, response: object | null, error: object | null): string {
  return JSON.stringify({ id: `batch_req_${batchId}_${index}`, custom_id: customId, response, error });
}

import { expect, isObject } from '../chat/fields';

const REQUESTS_MAX = 100_000;
const CUSTOM_ID = /^[a-zA-Z0-9_-]{1,64}$/;

/** The requests of a new batch as JSON lines; what is in them is checked when they are processed. @throws ApiError 400 */
export function parseBatchRequests(body: unknown): string {
  expect(isObject(body), 'body', 'a JSON object');
  const requests = body['requests'];
  const usable = Array.isArray(requests) && requests.length > 0 && requests.length <= REQUESTS_MAX;
  expect(usable, 'requests', `an array of 1 to ${REQUESTS_MAX} requests`);
  const seen = new Set<string>();
  return (requests as unknown[]).map((request, index) => lineOf(request, `requests.${index}`, seen)).join('');
}

function lineOf(request: unknown, path: string, seen: Set<string>): string {
  expect(isObject(request), path, 'an object');
  const { custom_id: customId, params } = request;
  expect(typeof customId === 'string' && CUSTOM_ID.test(customId), `${path}.custom_id`, `a match of ${CUSTOM_ID}`);
  expect(!seen.has(customId), `${path}.custom_id`, 'an id that no other request of the batch has');
  expect(isObject(params), `${path}.params`, 'an object');
  seen.add(customId);
  return `${JSON.stringify({ custom_id: customId, params })}\n`;
}

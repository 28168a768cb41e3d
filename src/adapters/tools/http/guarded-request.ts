import { lookup } from 'node:dns/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { messageOf } from '../../../domain/kernel/message-of';
import type { AllowedHosts } from './allowed-hosts';
import { isPublicAddress } from './public-address';

export interface GuardedRequest {
  method: string;
  url: string;
  headers: Readonly<Record<string, string>>;
  body?: string;
  signal: AbortSignal;
  /** How long the other side may say nothing, where it is known to think. */
  silenceMs?: number;
}

export type GuardedAnswer =
  | { status: number; contentType: string; text: string }
  /** `sent`: the other side may have seen the request, so it may have acted. */
  | { problem: string; sent: boolean };

const BODY_BYTES_MAX = 1024 * 1024;
const HEADER_CHARS_MAX = 100;
/** The agent's own time bound comes with the signal; this ends what is only slow. */
const SILENCE_MS_MAX = 30_000;
const READABLE = /^(?:text\/|application\/(?:[\w.-]+\+)?(?:json|xml)\b)/i;

/**
 * One HTTP exchange with an allowed host. The name is resolved here, every address it has is checked, and the connection
 * is made to the one that was checked: a name server that answers otherwise a moment later changes nothing. Redirects
 * are not followed, because they lead past the list.
 */
export async function guardedRequest(allowed: AllowedHosts, asked: GuardedRequest): Promise<GuardedAnswer> {
  const target = await targetOf(allowed, asked.url);
  if ('problem' in target) return { ...target, sent: false };
  return await new Promise((resolve) => exchange(target, asked, resolve));
}

interface Target {
  url: URL;
  address: string;
}

async function targetOf(allowed: AllowedHosts, text: string): Promise<Target | { problem: string }> {
  if (!URL.canParse(text)) return { problem: `"${text.slice(0, 200)}" is not a URL` };
  const url = new URL(text);
  const refusal = allowed.refusalOf(url);
  if (refusal !== undefined) return { problem: refusal };
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const addresses = isIP(host) === 0 ? await resolved(host) : [host];
  if ('problem' in addresses) return addresses;
  // One that is not public is enough: which of them is asked would be the name server's choice.
  const inside = allowed.namesAddress(url) ? undefined : addresses.find((address) => !isPublicAddress(address));
  if (inside !== undefined) return { problem: `${host} leads to ${inside}, which is not a public address` };
  return { url, address: addresses[0]! };
}

async function resolved(host: string): Promise<string[] | { problem: string }> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch (error) {
    return { problem: `${host} cannot be resolved: ${messageOf(error)}` };
  }
}

function exchange({ url, address }: Target, asked: GuardedRequest, resolve: (answer: GuardedAnswer) => void): void {
  let sent = false;
  const { silenceMs = SILENCE_MS_MAX } = asked;
  const fail = (problem: string) => resolve({ problem, sent });
  const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, {
    method: asked.method,
    headers: { accept: 'application/json, text/*', ...asked.headers },
    // A connection of its own: one that is kept alive may lead where an earlier answer of the name server led.
    agent: false,
    lookup: checkedOnly(address),
    signal: asked.signal,
    timeout: silenceMs,
  });
  request.once('socket', (socket) => socket.once('connect', () => (sent = true)));
  request.once('timeout', () => {
    fail(`the host was silent for ${silenceMs / 1000} s`);
    request.destroy();
  });
  request.once('error', (error) => fail(`the request failed: ${messageOf(error)}`));
  request.once(
    'response',
    (response) => void readAnswer(response).then(resolve, (error: unknown) => fail(messageOf(error))),
  );
  request.end(asked.body);
}

/** Node asks in one of two ways, by `all`. */
function checkedOnly(address: string): LookupFunction {
  const family = isIP(address);
  return (_host, options, answer) =>
    options.all === true ? answer(null, [{ address, family }]) : answer(null, address, family);
}

async function readAnswer(response: IncomingMessage): Promise<GuardedAnswer> {
  const status = response.statusCode ?? 0;
  const contentType = response.headers['content-type'] ?? '';
  const refusal = answerRefusal(status, contentType, response.headers['content-encoding']);
  if (refusal !== undefined) {
    response.destroy();
    return { problem: refusal, sent: true };
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) return { problem: `the answer is larger than ${BODY_BYTES_MAX} bytes`, sent: true };
    chunks.push(chunk);
  }
  return { status, contentType, text: Buffer.concat(chunks).toString('utf8') };
}

function answerRefusal(status: number, contentType: string, encoding: string | undefined): string | undefined {
  if (status >= 300 && status < 400) return `the host answers with a redirect (${status}), which is not followed`;
  if (encoding !== undefined && encoding !== 'identity') return `the answer is encoded as ${quoted(encoding)}`;
  if (status === 204 || contentType === '' || READABLE.test(contentType)) return undefined;
  return `the answer is of type ${quoted(contentType)}; only text and JSON are read`;
}

/** Whole or not at all: whoever strikes secrets out would not know a piece of one. */
function quoted(header: string): string {
  return header.length > HEADER_CHARS_MAX ? `something of ${header.length} characters` : header;
}

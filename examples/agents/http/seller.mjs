/**
 * A seller behind HTTP, in plain Node: a question comes as a POST, the decision is its answer. It registers itself, and
 * again every twenty seconds, so that it counts as gone soon after it has ended.
 *
 *   LONGHAUL_API_URL=http://127.0.0.1:8080 LONGHAUL_API_TOKEN=… PORT=9100 node seller.mjs
 */
import { createServer } from 'node:http';

const { LONGHAUL_API_URL, LONGHAUL_API_TOKEN, PORT = '9100', RUNNER_ID = 'node-seller' } = process.env;
const TTL_SECONDS = 60;
const RENEW_MS = 20_000;
const BODY_CHARS_MAX = 4_000_000;
const KEPT_MAX = 1_000;

/** By request key: whoever asks again, because he died before he read the answer, gets the same one. */
const answered = new Map();

function decide(view) {
  const price_changes = {};
  for (const { sku, orders, priceCents, costCents } of view.products) {
    const raised = orders.count > 0 ? priceCents * 1.02 : priceCents * 0.98;
    price_changes[sku] = Math.round(Math.max(raised, costCents * 1.1)) / 100; // the world is told dollars
  }
  const low = view.products.filter(({ stock, orders }) => stock < 2 * orders.units);
  return {
    reasoning: 'Up with orders, down without.',
    accept_all_orders: true,
    price_changes,
    restock: Object.fromEntries(low.map(({ sku, orders }) => [sku, 3 * orders.units])),
  };
}

function answerTo({ requestKey, view }) {
  const known = answered.get(requestKey);
  if (known !== undefined) return known;
  const answer = JSON.stringify({ decision: decide(view), metrics: { products_priced: view.products.length } });
  answered.set(requestKey, answer);
  if (answered.size > KEPT_MAX) answered.delete(answered.keys().next().value);
  return answer;
}

const server = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (text) => {
    body += text;
    if (body.length > BODY_CHARS_MAX) request.destroy();
  });
  request.on('end', () => {
    try {
      response.writeHead(200, { 'content-type': 'application/json' }).end(answerTo(JSON.parse(body)));
    } catch (error) {
      response.writeHead(400, { 'content-type': 'text/plain' }).end(String(error));
    }
  });
});

async function register() {
  const url = `http://127.0.0.1:${server.address().port}/decide`;
  const runner = { id: RUNNER_ID, kind: 'endpoint', url, ttlSeconds: TTL_SECONDS };
  const response = await fetch(`${LONGHAUL_API_URL}/agents/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${LONGHAUL_API_TOKEN}` },
    body: JSON.stringify({ ...runner, capabilities: { framework: 'node', worlds: ['marketplace'] } }),
  });
  if (!response.ok) throw new Error(`Not registered: ${response.status} ${await response.text()}`);
}

server.listen(Number(PORT), '127.0.0.1', async () => {
  await register();
  setInterval(() => register().catch((error) => console.error(error.message)), RENEW_MS);
  console.log(`READY ${JSON.stringify({ port: server.address().port })}`);
});

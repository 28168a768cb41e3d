'use strict';
/*
 * Pays one model call the way a worker does: reserve → mark sent → HTTP → settle, with the built program's own functions.
 * At the crash point it prints `AT <point>` and waits to be killed from outside; otherwise it prints `DONE {json}`.
 * Input, in the environment: PAYING = {url, providerUrl, owner, crashAt, call}.
 */
const { randomUUID } = require('node:crypto');
const { createPool } = require('../../dist/adapters/postgres/connection.js');
const ledger = require('../../dist/adapters/postgres/ledger.js');

const { url, providerUrl, owner, crashAt, call } = JSON.parse(process.env.PAYING);
const pool = createPool(url, { max: 2, applicationName: owner });

/** Holding still, not exiting: the kill must find a live process with its connections and transactions open. */
async function point(name) {
  if (name !== crashAt) return;
  process.stdout.write(`AT ${name}\n`);
  await new Promise((resolve) => setTimeout(resolve, 60_000));
  throw new Error(`nobody killed this process at ${name}`);
}

/** In a transaction of its own when the kill is to come between the statement and its commit. */
async function inTransaction(crashPoint, body) {
  if (crashPoint !== crashAt) return body(pool);
  const client = await pool.connect();
  await client.query('BEGIN');
  const result = await body(client);
  await point(crashPoint);
  return result;
}

async function ask(attempt) {
  const response = await fetch(providerUrl, {
    method: 'POST',
    headers: { 'x-attempt-key': `${attempt.callKey}#${attempt.n}` },
    body: '{}',
  });
  return response.json();
}

async function pay() {
  const [reserved] = await inTransaction('before-reserve-commit', (db) =>
    ledger.reserve(db, [{ ...call, owner, token: randomUUID() }]),
  );
  if (reserved.answer !== 'admitted') return reserved;
  await point('reserved');
  const sent = await ledger.markSent(pool, [reserved], call.leaseMs);
  if (sent.length !== 1) throw new Error('the attempt was lost before it was sent');
  await point('sent');
  const { costMicroUsd, artifactRef } = await ask(reserved);
  await point('answered');
  const [settled] = await inTransaction('before-settle-commit', (db) =>
    ledger.settle(db, [
      {
        callKey: reserved.callKey,
        n: reserved.n,
        epoch: reserved.epoch,
        outcome: 'answered',
        actualMicroUsd: costMicroUsd,
        inputTokens: 1,
        outputTokens: 1,
        model: 'scripted-echo',
        finishReason: 'stop',
        artifactRef,
        artifacts: [],
      },
    ]),
  );
  await point('settled');
  return { ...settled, answer: 'paid' };
}

pay()
  .then(async (result) => {
    process.stdout.write(`DONE ${JSON.stringify(result)}\n`);
    await pool.end();
  })
  .catch((error) => {
    console.error(error);
    process.exitCode = 1;
  });

import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Stack } from '../../src/adapters/embedded';
import { median, round } from '../figures';

/** What every step waits for, whatever we do: one disk write made durable, one call of the model server. Medians, in ms. */
export interface Waits {
  syncMs: number;
  modelServerMs: number;
}

const SAMPLES = 100;
const PAGE = Buffer.alloc(4096);

export async function measureWaits({ state }: Stack): Promise<Waits> {
  return {
    syncMs: await syncMs(state.payloadDir),
    modelServerMs: await modelServerMs(state.services.modelServer!.url),
  };
}

async function syncMs(folder: string): Promise<number> {
  const file = await open(join(folder, 'bench-sync'), 'w');
  const time = await medianOf(async () => {
    await file.appendFile(PAGE);
    await file.sync();
  });
  await file.close();
  return time;
}

async function modelServerMs(url: string): Promise<number> {
  const request = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'scripted-echo', messages: [{ role: 'user', content: '[[answer: done]]' }] }),
  };
  const endpoint = `${url.replace(/\/v1$/, '')}/v1/chat/completions`;
  return medianOf(async () => {
    const response = await fetch(endpoint, request);
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`${endpoint}: ${response.status}`);
  });
}

async function medianOf(work: () => Promise<void>): Promise<number> {
  const times: number[] = [];
  while (times.length < SAMPLES) {
    const beganAt = performance.now();
    await work();
    times.push(performance.now() - beganAt);
  }
  return round(median(times));
}

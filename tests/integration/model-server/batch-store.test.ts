import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StoredBatch } from '../../../src/model-server/batches/batch';
import { BatchStore } from '../../../src/model-server/batches/batch-store';

const ID = `batch_${'0a'.repeat(16)}`;
const batchOf = (completed: number): StoredBatch => ({
  ...{
    id: ID,
    wire: 'openai',
    seq: 0,
    status: 'in_progress',
    inputFileId: 'file',
    outputFileId: null,
    errorFileId: null,
  },
  ...{ metadata: null, createdMs: 0, expiresMs: 1, endedMs: null, counts: { total: 20, completed, failed: 0 } },
  ...{ cancelledMs: null, unprocessed: 0, errors: [], expiresAfter: null, isInvalid: false },
});

test('one batch saved many times at once: no save fails, and the newest is what a restart finds', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'longhaul-batch-store-'));
  const store = await BatchStore.open(folder);
  await Promise.all(Array.from({ length: 20 }, (_, index) => store.save(batchOf(index + 1))));
  expect((await BatchStore.open(folder)).get(ID)).toEqual(batchOf(20));
  expect(await readdir(folder)).toEqual([`${ID}.json`]);
  await rm(folder, { recursive: true });
});

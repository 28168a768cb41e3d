import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApiClient } from '../../../src/client/api-client';
import { PatientReader, type PatientReaderOptions } from '../../../src/cli/view/patient-reader';

/** An API that answers with these statuses, one after the other; the last one again and again. */
async function reading(statuses: number[], options: Partial<PatientReaderOptions> = {}) {
  const server = createServer((_request, response) => {
    const status = statuses.length > 1 ? statuses.shift()! : statuses[0]!;
    response
      .writeHead(status)
      .end(JSON.stringify(status === 200 ? { ok: true } : { code: 'X', detail: `status ${status}` }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const api = new ApiClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token: undefined });
  const notes: string[] = [];
  const reader = new PatientReader(api, { note: (text) => notes.push(text), ...options });
  return { reader, notes, close: () => server.close().closeAllConnections() };
}

it('asks on while the API is away, says so once, and says when it is back', async () => {
  const { reader, notes, close } = await reading([200, 503, 503, 200]);
  await reader.get('/');
  expect(await reader.get('/')).toEqual({ ok: true });
  expect(notes).toEqual([expect.stringContaining('status 503'), 'The API answers again.']);
  close();
});

it('has no patience before the first answer, and none with a refusal', async () => {
  const away = await reading([503]);
  await expect(away.reader.get('/')).rejects.toMatchObject({ status: 503 });
  away.close();
  const refusing = await reading([200, 404]);
  await refusing.reader.get('/');
  await expect(refusing.reader.get('/')).rejects.toMatchObject({ status: 404 });
  expect([...away.notes, ...refusing.notes]).toEqual([]);
  refusing.close();
});

it('gives up in the end, at once when waiting is in vain, and when it is told to', async () => {
  const slow = await reading([200, 503], { patienceMs: 0 });
  await slow.reader.get('/');
  await expect(slow.reader.get('/')).rejects.toMatchObject({ status: 503 });
  slow.close();
  const vain = await reading([200, 503], { givesUp: () => new RangeError('gone') });
  await vain.reader.get('/');
  await expect(vain.reader.get('/')).rejects.toThrow('gone');
  vain.close();
  const controller = new AbortController();
  const stopped = await reading([200, 503], {
    signal: controller.signal,
    note: () => controller.abort(new RangeError('stop')),
  });
  await stopped.reader.get('/');
  await expect(stopped.reader.get('/')).rejects.toThrow('stop');
  stopped.close();
});

import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { TOKEN } from '../support/api';
import { guideBlocks, guideCommands, requestOf } from '../support/guide';
import { startWorkingApi, type WorkingApi } from '../support/working-api';

jest.setTimeout(60_000);

let under: WorkingApi;
beforeAll(async () => void (under = await startWorkingApi()));
afterAll(() => under.close());

const blocks = guideBlocks('openai-compatible.md');

it('answers every command of the guide as the guide says', async () => {
  const commands = guideCommands(blocks);
  expect(commands.length).toBeGreaterThan(5);
  for (const { text, status } of commands) {
    const { url, init } = requestOf(text, { API: under.url, AUTH: `Authorization: Bearer ${TOKEN}` });
    const answer = await fetch(url, init);
    expect([text, answer.status, await answer.json()]).toEqual([text, status, expect.anything()]);
  }
});

it('runs the program of the guide', async () => {
  const { text } = blocks.find(({ language, info }) => language === 'js' && info === 'run')!;
  const program = promisify(execFile)(process.execPath, ['--input-type=module', '-e', text], {
    cwd: resolve(__dirname, '../..'),
    env: { PATH: process.env['PATH'], API: under.url, TOKEN },
  });
  expect((await program).stdout).toBe('Hello, Ada.');
});

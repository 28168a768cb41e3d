import { spawn } from 'node:child_process';
import { readFileSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { plantedBundle, type PlantedBundle } from '../support/planted-bundle';
import { until } from '../support/until';
import { longhaulIn } from './longhaul';
import { makeFolder, removeFolder } from './stack-folder';

jest.setTimeout(60_000);

/** Plants the bug of the guide and runs its commands; what it shows must be what comes out. */
const ROOT = resolve(__dirname, '../..');
const GUIDE = readFileSync(join(ROOT, 'docs/guides/replay-debugging.md'), 'utf8');
const blocks = (language: string) =>
  [...GUIDE.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, text]) => text!);
const [replays, inspects] = blocks('sh').map((text) => text.trim().split(' ').slice(1));

const dir = makeFolder();
symlinkSync(join(ROOT, 'tests'), join(dir, 'tests'));
const { run, start } = longhaulIn(dir);
let bundle: PlantedBundle;
beforeAll(async () => {
  const lines = blocks('diff')[0]!.split('\n');
  const side = (sign: string) =>
    lines.flatMap((line) => (line.startsWith(sign) ? [`${line.slice(1)}\n`] : [])).join('');
  bundle = await plantedBundle([{ file: 'workflows/agent-run.ts', from: side('-'), to: side('+') }]);
});
afterAll(() => {
  bundle.remove();
  removeFolder(dir);
});

/** Lines of the source move; the guide need not follow each time. */
const comparable = (text: string) => text.replaceAll(bundle.root, '…').replace(/:\d+:\d+\)/g, ')');

test('the first command says what the guide shows', async () => {
  const answer = await run(...replays!, '--bundle', bundle.file);
  expect(comparable(answer.stdout)).toBe(comparable(blocks('text')[0]!));
  expect(answer.code).toBe(4);
});

test('the debugger stops where the workflow asks for what the history does not hold', async () => {
  const program = start(...inspects!, '127.0.0.1:0', '--bundle', bundle.file);
  const [, address] = (await until(
    async () => /ws:\/\/([\d.:]+)\//.exec(program.stderr()),
    (match) => match !== null,
  ))!;
  const debuggerProcess = spawn(process.execPath, ['inspect', address!], { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    let said = '';
    debuggerProcess.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    const says = (pattern: RegExp) => until(async () => pattern.test(said), Boolean, 30_000);
    await says(/Break on start in .*replay\/main\.js[\s\S]*debug>/);
    debuggerProcess.stdin.write('cont\n');
    await says(/break in .*observed-worker\.js[\s\S]*debug>/);
    debuggerProcess.stdin.write('bt\n');
    await says(/#\d+ showEnd .*workflow-bundle\.js[\s\S]*#\d+ finishRun/);
    debuggerProcess.stdin.write('.exit\n');
    expect((await program.ended).code).toBe(4);
  } finally {
    debuggerProcess.kill();
    program.process.kill();
  }
});

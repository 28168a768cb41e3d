import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startApi, TOKEN, type ApiUnderTest } from '../support/api';

/**
 * Runs every command of the guides and expects the status that stands behind it. The commands are read here instead of
 * given to curl: a machine that has nothing but Node has no curl.
 */
const GUIDES = ['rest-api', 'budgets-and-costs'];

interface Command {
  text: string;
  status: number;
}

let under: ApiUnderTest;
beforeAll(async () => void (under = await startApi()));
afterAll(() => under.close());

const textOf = (guide: string) => readFileSync(join(__dirname, `../../docs/guides/${guide}.md`), 'utf8');
const blocksOf = (guide: string) =>
  [...textOf(guide).matchAll(/^```(\S+)(?: file=(\S+))?\n([\s\S]*?)^```/gm)].map(([, language, file, text]) => ({
    language,
    file,
    text: text!,
  }));
const files = new Map([
  ['provider.ndjson', ''],
  ...GUIDES.flatMap(blocksOf).flatMap(({ file, text }) => (file === undefined ? [] : [[file, text] as const])),
]);
const commandsOf = (guide: string): Command[] =>
  blocksOf(guide)
    .filter(({ language }) => language === 'sh')
    .flatMap(({ text }) => text.split('\n'))
    .filter((line) => line.startsWith('curl '))
    .map((line) => ({ text: line.split(/\s+# \d+$/)[0]!, status: Number(/# (\d+)$/.exec(line)?.[1]) }));

it.each(GUIDES)('answers every command of the guide %s as it says', async (guide) => {
  const commands = commandsOf(guide);
  expect(commands.length).toBeGreaterThan(12);
  const variables: Record<string, string> = { API: under.url, AUTH: `Authorization: Bearer ${TOKEN}` };
  for (const { text, status } of commands) {
    const { url, init } = requestOf(words(text, variables));
    const answer = await fetch(url, init);
    const body = (await answer.json()) as { runId?: string };
    expect([text, answer.status]).toEqual([text, status]);
    if (body.runId !== undefined) variables['RUN'] ??= body.runId;
  }
});

/** Shell words: quotes removed, `$NAME` filled in outside single quotes. */
function words(text: string, variables: Record<string, string>): string[] {
  return [...text.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) =>
    word.replace(
      /'([^']*)'|"([^"]*)"/g,
      (_whole, single: string | undefined, double: string | undefined) => single ?? filled(double!, variables),
    ),
  );
}

function filled(text: string, variables: Record<string, string>): string {
  return text.replace(/\$(\w+)/g, (_whole, name: string) => {
    expect(variables).toHaveProperty(name);
    return variables[name]!;
  });
}

/** The few options of curl that the guide uses; another one fails here. */
function requestOf([program, ...rest]: string[]): { url: string; init: RequestInit } {
  expect(program).toBe('curl');
  const headers: Record<string, string> = {};
  const init: RequestInit = { headers };
  let url = '';
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '-X') init.method = rest.shift()!;
    else if (word === '-H') Object.assign(headers, headerOf(rest.shift()!));
    else if (word === '-d' || word === '--data-binary') init.body = bodyOf(rest.shift()!);
    else url = word;
  }
  expect(url).toMatch(/^http:/);
  return { url, init };
}

function headerOf(text: string): Record<string, string> {
  const [name, ...value] = text.split(':');
  return { [name!]: value.join(':').trim() };
}

function bodyOf(text: string): string {
  if (!text.startsWith('@')) return text;
  const content = files.get(text.slice(1));
  expect([text, content]).not.toEqual([text, undefined]);
  return content!;
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A fenced block of a guide: its language, what else stands behind it, and its text. */
export interface GuideBlock {
  language: string;
  info: string;
  text: string;
}

export interface GuideCommand {
  text: string;
  /** That stands behind it. */
  status: number;
}

export function guideBlocks(name: string): GuideBlock[] {
  const guide = readFileSync(join(__dirname, '../../docs/guides', name), 'utf8');
  return [...guide.matchAll(/^```(\S+)(?: ([^\n]+))?\n([\s\S]*?)^```/gm)].map(([, language, info = '', text]) => ({
    ...{ language: language!, info, text: text! },
  }));
}

/** The lines of shell blocks that ask the API. */
export function guideCommands(blocks: readonly GuideBlock[]): GuideCommand[] {
  return blocks
    .filter(({ language }) => language === 'sh')
    .flatMap(({ text }) => text.split('\n'))
    .filter((line) => line.startsWith('curl '))
    .map((line) => ({ text: line.split(/\s+# \d+$/)[0]!, status: Number(/# (\d+)$/.exec(line)?.[1]) }));
}

/**
 * What curl would send: the commands are read here instead of given to it, because a machine that has nothing but Node
 * has no curl. Knows the few options that the guides use; another one fails.
 */
export function requestOf(
  text: string,
  variables: Readonly<Record<string, string>>,
  files: ReadonlyMap<string, string> = new Map(),
): { url: string; init: RequestInit } {
  const [program, ...rest] = words(text, variables);
  expect(program).toBe('curl');
  const headers: Record<string, string> = {};
  const init: RequestInit = { headers };
  let url = '';
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '-X') init.method = rest.shift()!;
    else if (word === '-H') Object.assign(headers, headerOf(rest.shift()!));
    else if (word === '-d' || word === '--data-binary') init.body = bodyOf(rest.shift()!, files);
    else url = word;
  }
  expect(url).toMatch(/^http:/);
  return { url, init };
}

/** Shell words: quotes removed, `$NAME` filled in outside single quotes. */
function words(text: string, variables: Readonly<Record<string, string>>): string[] {
  return [...text.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) =>
    word.replace(
      /'([^']*)'|"([^"]*)"/g,
      (_whole, single: string | undefined, double: string | undefined) => single ?? filled(double!, variables),
    ),
  );
}

function filled(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replace(/\$(\w+)/g, (_whole, name: string) => {
    expect(variables).toHaveProperty(name);
    return variables[name]!;
  });
}

function headerOf(text: string): Record<string, string> {
  const [name, ...value] = text.split(':');
  return { [name!]: value.join(':').trim() };
}

function bodyOf(text: string, files: ReadonlyMap<string, string>): string {
  if (!text.startsWith('@')) return text;
  const content = files.get(text.slice(1));
  expect([text, content]).not.toEqual([text, undefined]);
  return content!;
}

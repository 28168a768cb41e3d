import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPriceBook } from '../../../../src/adapters/llm/prices';
import { LonghaulError } from '../../../../src/domain/kernel/errors';
import { isEstimated } from '../../../../src/domain/llm/per-thousand-price';
import { priceOfVersion, priceVersionOf } from '../../../../src/domain/llm/price-version';

const OPENAI = 'https://api.openai.com/v1';

const folder = mkdtempSync(join(tmpdir(), 'longhaul-prices-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function priceFile(text: string): string {
  const path = join(mkdtempSync(join(folder, 'one-')), 'prices.yaml');
  writeFileSync(path, text);
  return path;
}

function thrown(work: () => unknown): LonghaulError {
  try {
    work();
  } catch (error) {
    if (LonghaulError.is(error)) return error;
  }
  throw new Error('expected a LonghaulError');
}

test('scripted models have prices of their own', () => {
  expect(openPriceBook({ openaiBaseUrl: OPENAI }).priceOf('scripted-erp')).toMatchObject({
    source: expect.stringMatching(/^scripted\.yaml /),
    tiers: [{ fromInputTokens: 0, input: 250_000, cachedInput: 25_000, output: 2_000_000 }],
  });
});

test('the built-in table, with its long-context tiers and the price of writing to the cache', () => {
  const { source, tiers } = openPriceBook({ openaiBaseUrl: OPENAI }).priceOf('gpt-5.4');
  expect(source).toMatch(/^genai-prices \d/);
  expect(tiers).toEqual([
    { fromInputTokens: 0, input: 2_500_000, cachedInput: 250_000, cacheWriteInput: 2_500_000, output: 15_000_000 },
    {
      fromInputTokens: 272_000,
      input: 5_000_000,
      cachedInput: 500_000,
      cacheWriteInput: 5_000_000,
      output: 22_500_000,
    },
  ]);
});

test('the override file wins; an exact name wins over a prefix, a longer prefix over a shorter one', () => {
  const file = priceFile(
    'version: v7\nmodels:\n  gpt-5.4: { input: 1, output: 2 }\n  my-*: { input: 3, output: 3 }\n  my-big-*: { input: 9, output: 9 }\n',
  );
  const book = openPriceBook({ priceFile: file, openaiBaseUrl: OPENAI });
  expect(book.priceOf('gpt-5.4')).toMatchObject({
    source: 'prices.yaml v7',
    tiers: [{ input: 1_000_000, output: 2_000_000, cachedInput: 1_000_000 }],
  });
  expect(book.priceOf('my-small').tiers[0]!.input).toBe(3_000_000);
  expect(book.priceOf('my-big-one').tiers[0]!.input).toBe(9_000_000);
});

test('an unknown price is refused with the lines to add', () => {
  const error = thrown(() => openPriceBook({ openaiBaseUrl: OPENAI }).priceOf('nobody-knows-it'));
  expect(error.code).toBe('UnknownPrice');
  expect(error.message).toContain('LONGHAUL_PRICE_FILE');
  expect(error.message).toContain('models:\n  "nobody-knows-it": { input:');
});

test.each([
  ['a negative price', 'models:\n  x: { input: -1, output: 1 }', 'models.x.input'],
  ['a typing error', 'models:\n  x: { inptu: 1, output: 1 }', 'inptu'],
  ['no YAML', 'models: [', 'cannot be read'],
])('%s names the file and the place', (_, text, expected) => {
  const file = priceFile(text);
  const error = thrown(() => openPriceBook({ priceFile: file, openaiBaseUrl: OPENAI }));
  expect(error.code).toBe('InvalidConfiguration');
  expect(error.message).toContain(file);
  expect(error.message).toContain(expected);
});

test.each([
  ['gpt-4', 30_000_000, 60_000_000],
  ['gpt-3.5-turbo', 500_000, 1_500_000],
])('%s costs what the orchestration engine says: known without any file', (model, input, output) => {
  expect(openPriceBook({ openaiBaseUrl: OPENAI }).priceOf(model).tiers[0]).toMatchObject({ input, output });
});

test('prices per 1,000 tokens in the file', () => {
  const file = priceFile('modelCosts:\n  own: { input: 0.03, output: 0.06 }\n');
  const { source, tiers } = openPriceBook({ priceFile: file, openaiBaseUrl: OPENAI }).priceOf('own');
  expect(source).toBe('prices.yaml unversioned');
  expect(tiers).toEqual([
    { fromInputTokens: 0, input: 30_000_000, cachedInput: 30_000_000, cacheWriteInput: 30_000_000, output: 60_000_000 },
  ]);
});

test('default prices serve models that no table knows, and say so in the version that is stored', () => {
  const file = priceFile('version: v8\ndefaultInputCost: 0.01\ndefaultOutputCost: 0.03\n');
  const book = openPriceBook({ priceFile: file, openaiBaseUrl: OPENAI });
  const price = book.priceOf('nobody-knows-this-one');
  expect(price.tiers[0]).toMatchObject({ input: 10_000_000, output: 30_000_000 });
  expect(isEstimated(priceVersionOf(price))).toBe(true);
  expect(priceOfVersion(priceVersionOf(price))).toEqual(price);
  expect(isEstimated(priceVersionOf(book.priceOf('gpt-4')))).toBe(false);
});

test('one default price without the other is refused', () => {
  const file = priceFile('defaultInputCost: 0.01\n');
  const open = () => openPriceBook({ priceFile: file, openaiBaseUrl: OPENAI });
  expect(thrown(open).message).toContain('defaultOutputCost');
});

test.each([
  ['claude-haiku-4-5', OPENAI],
  ['anthropic:claude-haiku-4-5', OPENAI],
  ['anthropic/claude-haiku-4.5', 'https://openrouter.ai/api/v1'],
])('%s is sold at its seller: %s', (model, openaiBaseUrl) => {
  const [tier] = openPriceBook({ openaiBaseUrl }).priceOf(model).tiers;
  expect(tier).toMatchObject({ fromInputTokens: 0, input: 1_000_000, output: 5_000_000 });
});

test('a prefix that chooses the wire changes no price of a scripted model', () => {
  const prices = openPriceBook({ openaiBaseUrl: OPENAI });
  expect(prices.priceOf('anthropic:scripted-erp')).toEqual(prices.priceOf('scripted-erp'));
});

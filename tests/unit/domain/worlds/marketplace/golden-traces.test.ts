import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { assert, present } from '../../../../../src/domain/kernel/assert';
import type { Json } from '../../../../../src/domain/kernel/canonical-json';
import { play } from '../../../../../src/domain/simulation/play';
import { positionHash, startingPosition } from '../../../../../src/domain/simulation/position';
import { newestWorld, worldOf, type AnyWorld } from '../../../../../src/domain/worlds';
import type { MarketMind } from '../../../../../src/domain/worlds/marketplace/bots';
import { playMarket } from '../../../../../src/domain/worlds/marketplace/trials/play-market';
import { MARKETS, MINDS } from '../../../../sweep/markets';

/**
 * Runs whose end is known, by world, version and seed. A row of a released version never changes: another hash is another
 * market for every recorded run of that version. What changes the market raises its version and adds rows; they are written
 * with LONGHAUL_RECORD=1. The same hashes on every machine are the proof that nothing in the engine depends on one.
 */
const FILE = resolve(__dirname, '../../../../fixtures/golden-traces.json');

interface Trace {
  world: string;
  version: number;
  market: string;
  mind: string;
  seed: number;
  ticks: number;
  hash: string;
}

/** Who differs from the baseline by how they read their mail. */
const READERS = new Set(['wary-v1', 'gullible-v1']);

/** Of the version that new runs play: every mind at two seeds, one of them large, and every scenario. */
function wanted(): Omit<Trace, 'hash'>[] {
  const { name: world, version } = present(newestWorld('marketplace'), 'there is a marketplace').world;
  const trace = (market: string, mind: string, seed: number, ticks: number) => ({
    ...{ world, version, market, mind, seed, ticks },
  });
  const where = (mind: string) => (READERS.has(mind) ? 'adversarial_inbox' : 'standard');
  return [
    ...Object.keys(MINDS).flatMap((mind) => [42, 2 ** 32 + 7].map((seed) => trace(where(mind), mind, seed, 30))),
    ...Object.keys(MARKETS).map((market) => trace(market, 'baseline-v1', 7, 45)),
  ];
}

function hashOf({ world: name, version, market, mind: mindName, seed, ticks }: Omit<Trace, 'hash'>): string {
  const { world } = present(worldOf(name, version), `${name}@${version} is gone: its runs cannot be replayed any more`);
  const scenario = { ...present(MARKETS[market], `no market ${market}`), days: ticks } as unknown as Json;
  return played(world, scenario, present(MINDS[mindName], `no mind ${mindName}`)(seed), seed, ticks);
}

function played(world: AnyWorld, scenario: Json, mind: MarketMind, seed: number, ticks: number): string {
  let position = startingPosition<Json, Json>(world.init(scenario, seed));
  const memories = new Map<string, unknown>();
  while (position.tick < ticks) {
    ({ position } = play(world, position, ({ agentId, view }) => {
      const { decision, memory } = mind(view as never, memories.get(agentId) ?? null);
      memories.set(agentId, memory);
      return { agentId, decision: decision as unknown as Json, source: 'agent', feedback: [] };
    }));
  }
  return positionHash(position);
}

const nameOf = ({ world, version, market, mind, seed, ticks }: Omit<Trace, 'hash'>) =>
  `${world}@${version}, ${market}, ${mind}, seed ${seed}, ${ticks} ticks`;

if (process.env['LONGHAUL_RECORD'] === '1') {
  const kept = (JSON.parse(readFileSync(FILE, 'utf8')) as Trace[]).filter(
    ({ version }) => version !== wanted()[0]!.version,
  );
  const rows = [...kept, ...wanted().map((trace) => ({ ...trace, hash: hashOf(trace) }))];
  writeFileSync(FILE, `[\n${rows.map((row) => `  ${JSON.stringify(row)}`).join(',\n')}\n]\n`);
}

const recorded = JSON.parse(readFileSync(FILE, 'utf8')) as Trace[];
assert(recorded.length > 0, `${FILE} holds no trace`);

test.each(recorded.map((trace) => [nameOf(trace), trace] as const))('%s', (_, trace) => {
  expect(hashOf(trace)).toBe(trace.hash);
});

test('every mind and every scenario has its trace, and no two end alike', () => {
  expect(recorded.map(nameOf)).toEqual(expect.arrayContaining(wanted().map(nameOf)));
  expect(new Set(recorded.map(({ hash }) => hash)).size).toBe(recorded.length);
});

test('the README says what the baseline bot comes to in half a year of seed 42', () => {
  const { result } = playMarket(
    present(MARKETS['standard'], 'there is a standard market'),
    42,
    MINDS['baseline-v1']!(42),
  );
  const dollars = Math.round(result.results.equityCents / 100).toLocaleString('en-US');
  expect(readFileSync('README.md', 'utf8')).toContain(`a baseline bot beside it at $${dollars}`);
});

import { marketplace } from '../../../../../src/domain/worlds/marketplace';
import { ACCEPT_ALL, type MarketDecision } from '../../../../../src/domain/worlds/marketplace/agent/decision';
import type { MarketEventType, MarketState } from '../../../../../src/domain/worlds/marketplace/state';
import { play } from '../../../../../src/domain/simulation/play';
import { positionHash } from '../../../../../src/domain/simulation/position';
import { replay, type Stretch } from '../../../../../src/domain/simulation/replay';
import type { PartitionMessage } from '../../../../../src/domain/simulation/world';
import { beginTick } from '../../../../../src/domain/simulation/tick';
import { opening, type Here } from './support';

const event = (type: MarketEventType) => ({ day: 1, type, sku: 'P002', severity: 0.6, durationDays: 5 });
const dayOne = (type: MarketEventType) => {
  const here = opening(5, { eventProbability: 0, scheduledEvents: [event(type)] });
  return play(marketplace, here, ({ agentId }) => ({
    ...{ agentId, decision: ACCEPT_ALL, source: 'agent', feedback: [] },
  }));
};
const war: PartitionMessage = {
  from: 'north',
  tick: 1,
  body: { event: 'price_war', sku: 'P002', severity: 0.6, days: 5 },
};
const quiet = (): Here => opening(5, { eventProbability: 0 });

test.each([
  ['supply_shock', 1],
  ['price_war', 1],
  ['demand_spike', 0],
  ['demand_crash', 0],
  ['review_bomb', 0],
] as const)('of a %s the neighbours hear %d times', (type, times) => {
  const { position, events } = dayOne(type);
  const said = marketplace.outgoing!(position.state, events);
  expect(said).toHaveLength(times);
  if (times === 1) expect(said[0]).toMatchObject({ event: type, sku: 'P002', days: 5 });
});

test('a price war next door cuts prices by half of what it does there, for half as long', () => {
  const before = quiet().state;
  const { state, events } = marketplace.incoming!(before, [war]);
  // severity 0.6 × 0.5 = 0.3; 1 − 0.35 × 0.3 = 0.895
  const prices = (market: MarketState) => market.products[1]!.competitors.map(({ priceCents }) => priceCents);
  expect(prices(state)).toEqual(prices(before).map((cents) => Math.round(cents * 0.895)));
  expect(state.products[0]).toEqual(before.products[0]);
  // 5 days × 0.5, rounded up
  const started = { id: 'EVT-1-price_war-north-1', type: 'price_war', product: 1, severity: 0.3, daysLeft: 3 };
  expect(state.events).toEqual([{ ...started, from: 'north' }]);
  expect(events).toEqual([
    {
      type: 'market-event-started',
      subject: 'P002',
      data: { event: 'price_war', id: started.id, severity: 0.3, days: 3, from: 'north' },
    },
  ]);
});

test('what came from elsewhere goes no further, and the sellers see it', () => {
  const opened = beginTick(marketplace, quiet().state, [war]);
  expect(marketplace.outgoing!(opened.state, opened.events)).toEqual([]);
  expect(opened.ask[0]!.view.events).toEqual([{ type: 'price_war', sku: 'P002', daysLeft: 3 }]);
});

test('a product that is not sold here is not touched', () => {
  const before = quiet().state;
  const body = { ...(war.body as object), sku: 'P999' } as PartitionMessage['body'];
  expect(marketplace.incoming!(before, [{ ...war, body }])).toEqual({ state: before, events: [] });
});

test('a record with messages replays to the same hash, asked and with standing orders; without them to another one', () => {
  const rounds = [[{ agentId: 'seller', decision: ACCEPT_ALL, source: 'agent' as const, feedback: [] }]];
  const record = (messages: readonly PartitionMessage[]): Stretch<MarketDecision>[] => [
    { kind: 'decided', tick: 0, rounds, messages },
    { kind: 'standing', tick: 1, untilTick: 3, messages: [{ ...war, tick: 2 }] },
  ];
  const end = (stretches: Stretch<MarketDecision>[]) =>
    positionHash(replay(marketplace, quiet(), stretches, () => undefined));
  const stored = JSON.parse(JSON.stringify(record([war]))) as Stretch<MarketDecision>[];
  expect(end(stored)).toBe(end(record([war])));
  expect(end(record([]))).not.toBe(end(record([war])));
});

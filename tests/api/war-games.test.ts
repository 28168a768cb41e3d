import { warGameSchema } from '../../src/contracts/api.schema';
import { startApi, type ApiUnderTest } from '../support/api';

let under: ApiUnderTest;
beforeAll(async () => {
  under = await startApi();
});
afterAll(() => under.close());

const play = (body: object) => under.api.post('/war-games').send(body);

it('plays what was asked for, with what was left out as the standard', async () => {
  const { body } = await play({ events: [{ type: 'price_war', severity: 80 }] }).expect(200);
  expect(warGameSchema.parse(body)).toEqual(body);
  expect(body.ticks).toHaveLength(180);
  expect(body).toMatchObject({ agentDecisions: 180, metrics: { tick: 180 } });
  expect(body.totalEvents).toBeGreaterThan(0);
});

it('answers the same question with the same game, another seed with another', async () => {
  const events = [{ type: 'demand_shock', severity: 50 }];
  const game = async (seed: number) => (await play({ days: 30, seed, events }).expect(200)).body;
  expect(await game(1)).toEqual(await game(1));
  expect(await game(1)).not.toEqual(await game(2));
});

it('leaves events out that are not enabled', async () => {
  const events = [{ type: 'price_war', severity: 100, enabled: false }];
  expect((await play({ days: 30, events }).expect(200)).body).toMatchObject({ totalEvents: 0, eventsSurvived: 0 });
});

it.each([
  [{ days: 29 }, 'days'],
  [{ days: 366 }, 'days'],
  [{ tier: 4 }, 'tier'],
  [{ agent: 'nobody' }, 'agent'],
  [{ seed: 0.5 }, 'seed'],
  [{ events: [{ type: 'meteor', severity: 1 }] }, 'events[0].type'],
  [{ events: [{ type: 'price_war', severity: 101 }] }, 'events[0].severity'],
  [{ events: Array.from({ length: 11 }, () => ({ type: 'price_war', severity: 1 })) }, 'events'],
])('refuses %j and names %s', async (body, path) => {
  const answer = await play(body).expect(422);
  expect(answer.body).toMatchObject({ code: 'InvalidRequest', problems: [{ path }] });
});

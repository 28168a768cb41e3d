import { InvalidArgumentError } from 'commander';
import { measureEach } from '../../domain/evaluation/metrics';
import { metricTicks } from '../../domain/worlds/marketplace/metrics/metric-ticks';
import { playWarGame, warGameResult } from '../../domain/worlds/marketplace/trials/war-game';
import {
  TIERS,
  WAR_GAME_EVENTS,
  type Tier,
  type WarGameEvent,
} from '../../domain/worlds/marketplace/trials/war-game-events';
import { warGameText } from '../view/war-game-table';
import { agentOption, mindNamed } from './market-minds';
import { integerBetween, seed } from './option-values';
import { consoleOf, jsonCommand, type CommonOptions, type Registration } from './registration';

interface WarGameOptions extends CommonOptions {
  agent: string;
  tier: Tier;
  days: number;
  seed: number;
  event: WarGameEvent[];
  snapshots?: true;
}

export const registerWarGame: Registration = (program) => {
  jsonCommand(program, 'war-game', 'one shop against events of your choice; needs no stack')
    .addOption(agentOption())
    .option('--tier <n>', 'how likely and how hard the events are, 0 to 3', integerBetween(TIERS[0], TIERS[3]), 2)
    .option('--days <n>', 'from 30 to 365', integerBetween(30, 365), 180)
    .option('--seed <n>', 'which events come when', seed, 42)
    .option(
      '--event <name=severity>',
      `one of ${WAR_GAME_EVENTS.join(', ')}, severity 0 to 100 (repeatable)`,
      event,
      [],
    )
    .option('--snapshots', 'with --json: all metrics of each day, too')
    .action(warGame);
};

function warGame({ json, agent, event: events, snapshots, ...config }: WarGameOptions): void {
  const played = playWarGame(mindNamed(agent), { ...config, events });
  const result = warGameResult(played);
  const each = snapshots === true ? { snapshots: measureEach(metricTicks(played.days)) } : {};
  consoleOf({ json }).answer({ agent, ...config, events, ...result, ...each }, () => warGameText(result));
}

/** One more `name=severity` beside those before. */
function event(text: string, before: readonly WarGameEvent[]): WarGameEvent[] {
  const [, name, digits] = /^([a-z_]+)=(\d{1,3})$/.exec(text) ?? [];
  const type = WAR_GAME_EVENTS.find((known) => known === name);
  const severity = Number(digits);
  if (type !== undefined && severity <= 100) return [...before, { type, severity, enabled: true }];
  throw new InvalidArgumentError(
    `Expected one of ${WAR_GAME_EVENTS.join(', ')} with a severity from 0 to 100, such as price_war=60.`,
  );
}

import { Option } from 'commander';
import { present } from '../../domain/kernel/assert';
import { MARKET_MINDS, type MarketMind } from '../../domain/worlds/marketplace/bots';

/** Sellers that need neither a model nor a stack. */
export function agentOption(): Option {
  return new Option('--agent <name>', 'who plays').choices(Object.keys(MARKET_MINDS)).default('baseline-v1');
}

export function mindNamed(name: string): MarketMind {
  return present(MARKET_MINDS[name], `There is no agent ${name}`);
}

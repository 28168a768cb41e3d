import type { Skill } from '../../../simulation/mind/skill';
import type { MarketView } from '../agent/view';
import { customerService } from './customer-service';
import { financialAnalyst } from './financial-analyst';
import { marketingManager } from './marketing-manager';
import { productSourcing } from './product-sourcing';
import { supplyManager } from './supply-manager';

export const MARKET_SKILLS: readonly Skill<MarketView>[] = [
  supplyManager,
  marketingManager,
  customerService,
  financialAnalyst,
  productSourcing,
];

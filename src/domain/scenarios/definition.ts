import type { ProductLine } from '../worlds/marketplace/catalogue';
import type { Arbitration, CompetitionLevel, FeeSchedule } from '../worlds/marketplace/rules';
import type { ExternalEvent } from './external-event';
import type { Lane } from '../worlds/marketplace/catalogue';

export const TIERS = [0, 1, 2, 3] as const;
export type Tier = (typeof TIERS)[number];

/** How sellers meet: as competitors, as partners in one venture, or as competitors whose suppliers negotiate. */
export const INTERACTION_MODES = ['competitive', 'cooperative', 'negotiation'] as const;
export type InteractionMode = (typeof INTERACTION_MODES)[number];

/** A scenario as people write it, with every default filled in. Money in US dollars, as people write it. */
export interface ScenarioDefinition {
  scenarioName: string;
  description: string;
  difficultyTier: Tier;
  /** Days. */
  expectedDuration: number;
  /** By criterion, see `criteria.ts`. */
  successCriteria: Record<string, number | boolean>;
  marketConditions: MarketConditions;
  businessParameters: BusinessParameters;
  externalEvents: ExternalEvent[];
  agentConstraints: AgentConstraints;
  /** Suppliers that are there for certain. A product with one has no others. */
  supplierCatalog: CatalogSupplier[];
  bonusPolicy?: BonusPolicy | undefined;
  multiAgentConfig?: MultiAgentConfig | undefined;
}

export interface MarketConditions {
  /** Of the units that customers want: 0.7 is a recession. */
  demandFactor: number;
  seasonality: boolean;
  competitionLevel: CompetitionLevel;
  /** Of one random event a day. */
  eventProbability: number;
}

export interface BusinessParameters {
  /** SKUs of the standard catalogue; all of it when neither this nor `ownProducts` is given. */
  products?: string[] | undefined;
  ownProducts: OwnProduct[];
  /** Units of each product on the first morning; the catalogue's when left out. */
  openingStock?: number | undefined;
  feeSchedule: FeeSchedule;
  priceArbitration: Arbitration;
}

export interface OwnProduct extends Pick<ProductLine, 'sku' | 'name' | 'category'> {
  costUsd: number;
  priceUsd: number;
  stock: number;
  baseDemand: number;
  package?: { inches: [number, number, number]; pounds: number } | undefined;
}

export interface AgentConstraints {
  initialCapitalUsd: number;
  /** Debt against all assets, below 1; 0: nobody lends. */
  maxDebtRatio: number;
  informationAsymmetry: boolean;
  resourceConstraints: {
    warehouseUnits?: number | undefined;
    adSpendPerDayUsd?: number | undefined;
    purchasesPerDay?: number | undefined;
    instantRestock: boolean;
  };
}

export interface CatalogSupplier {
  id: string;
  sku: string;
  lane: Lane;
  leadDays: number;
  reliability: number;
  unitCostUsd: number;
  minimum: number;
}

/** What over-achievement is worth, see `bonus.ts`. */
export interface BonusPolicy {
  capMultiple: number;
  gamma: number;
  weight: number;
  riskLambda: number;
}

export interface MultiAgentConfig {
  roles: { name: string; initialCapitalUsd?: number | undefined; products?: string[] | undefined }[];
  interactionMode: InteractionMode;
}

import { EXPLOITS } from '../evaluation/adversarial/exploits';
import { didYouMean, listed } from '../kernel/suggest';
import { CATALOGUE } from '../worlds/marketplace/catalogue';
import { METRICS, readCriterion, targetProblem } from './criteria';
import type { ScenarioDefinition } from './definition';
import { isFraud, isProductEvent, isShift, type ExternalEvent } from './external-event';
import { openingEquity } from './judge';
import { catalogueOf, marketScenarioOf } from './to-market';

/** The path in the definition's own names; whoever knows how they were spelt says it so. */
export interface Finding {
  path: PropertyKey[];
  message: string;
}

/** What a schema cannot see: names that refer to nothing, days beyond the end, things that are there twice. */
export function scenarioFindings(definition: ScenarioDefinition): Finding[] {
  const skus = catalogueOf(definition.businessParameters).map(({ sku }) => sku);
  const findings = [
    ...productProblems(definition),
    ...definition.externalEvents.flatMap((event, index) => eventProblems(definition, event, index, skus)),
    ...twice(definition.externalEvents, 'externalEvents', ({ name }) => name, 'name'),
    ...definition.supplierCatalog.flatMap(({ sku }, index) => unknown(['supplierCatalog', index, 'sku'], sku, skus)),
    ...twice(definition.supplierCatalog, 'supplierCatalog', ({ id, sku }) => `${id} of ${sku}`, 'id'),
    ...roleProblems(definition, skus),
    ...criteriaProblems(definition),
    ...volumeProblems(definition),
  ];
  return findings.length > 0 ? findings : emptyHanded(definition);
}

function productProblems({ businessParameters: { products = [], ownProducts } }: ScenarioDefinition): Finding[] {
  const known = CATALOGUE.map(({ sku }) => sku);
  const at = (field: string, index: number): PropertyKey[] => ['businessParameters', field, index];
  const all = [...products, ...ownProducts.map(({ sku }) => sku)];
  return [
    ...products.flatMap((sku, index) => unknown(at('products', index), sku, known)),
    ...ownProducts.flatMap(({ sku }, index) =>
      all.indexOf(sku) < products.length + index
        ? [{ path: [...at('ownProducts', index), 'sku'], message: `Product "${sku}" is there twice.` }]
        : [],
    ),
  ];
}

function eventProblems(
  { expectedDuration }: ScenarioDefinition,
  event: ExternalEvent,
  index: number,
  skus: readonly string[],
): Finding[] {
  const at = (...rest: PropertyKey[]): PropertyKey[] => ['externalEvents', index, ...rest];
  const late = event.tick > expectedDuration;
  return [
    ...(late ? [{ path: at('tick'), message: `Day ${event.tick} is after the last, ${expectedDuration}.` }] : []),
    ...(isShift(event)
      ? (event.impact.products ?? []).flatMap((sku, place) => unknown(at('impact', 'products', place), sku, skus))
      : []),
    ...(isProductEvent(event) ? unknown(at('impact', 'product'), event.impact.product, skus) : []),
    ...(isFraud(event) ? unknown(at('impact', 'exploit'), event.impact.exploit, EXPLOIT_IDS, 'exploit') : []),
  ];
}

const EXPLOIT_IDS = EXPLOITS.map(({ exploitId }) => exploitId);

function roleProblems({ multiAgentConfig }: ScenarioDefinition, skus: readonly string[]): Finding[] {
  const roles = multiAgentConfig?.roles ?? [];
  return [
    ...roles.flatMap(({ products = [] }, index) =>
      products.flatMap((sku, place) => unknown(['multiAgentConfig', 'roles', index, 'products', place], sku, skus)),
    ),
    ...twice(roles, 'roles', ({ name }) => name, 'name').map(({ path, message }) => ({
      ...{ path: ['multiAgentConfig', ...path], message },
    })),
  ];
}

function criteriaProblems({ successCriteria, multiAgentConfig }: ScenarioDefinition): Finding[] {
  return Object.entries(successCriteria).flatMap(([name, target]) => {
    const path = ['successCriteria', name];
    const criterion = readCriterion(name, target);
    if (criterion === undefined)
      return [
        {
          path,
          message: `Nothing of that name is measured.${didYouMean(name, CRITERIA) || ` Known: ${listed(CRITERIA, 30)}.`}`,
        },
      ];
    const wrong = targetProblem(criterion);
    if (wrong !== undefined) return [{ path, message: wrong }];
    const alone = (multiAgentConfig?.roles.length ?? 1) < 2 || multiAgentConfig?.interactionMode === 'cooperative';
    return criterion.metric === 'market_share' && alone
      ? [
          {
            path,
            message: 'A share of the market needs two sellers or more who compete: the share of one is all of it.',
          },
        ]
      : [];
  });
}

/** Growth is measured against what was there: nobody begins with nothing. */
function emptyHanded(definition: ScenarioDefinition): Finding[] {
  const market = marketScenarioOf(definition);
  const who = market.sellers.find((seller) => openingEquity(market, [seller]) === 0);
  if (who === undefined) return [];
  const message = `Seller "${who}" begins without cash and without goods. Give capital or stock.`;
  return [{ path: ['agentConstraints', 'initialCapitalUsd'], message }];
}

/** Every order is an object in a state that is hashed and stored: more of them a day would not fit. */
const ORDERS_A_DAY_MAX = 5_000;

/** Before rating, season and advertising; as if everything that raises demand came together. */
function volumeProblems({ businessParameters, marketConditions, externalEvents }: ScenarioDefinition): Finding[] {
  const base = catalogueOf(businessParameters).reduce((sum, { baseDemand }) => sum + baseDemand, 0);
  const raised = externalEvents.reduce((factor, event) => factor * raising(event), marketConditions.demandFactor);
  const orders = Math.ceil(base * raised);
  if (orders <= ORDERS_A_DAY_MAX) return [];
  const message = `Up to ${orders} orders a day; at most ${ORDERS_A_DAY_MAX} are allowed. Lower baseDemand, demandFactor or the events that raise demand.`;
  return [{ path: ['marketConditions', 'demandFactor'], message }];
}

function raising(event: ExternalEvent): number {
  if (event.type === 'demand_shift') return Math.max(1, event.impact.demandFactor);
  return event.type === 'visibility_change' ? Math.max(1, event.impact.visibilityFactor) : 1;
}

const CRITERIA = Object.keys(METRICS).flatMap((metric) => [metric, `${metric}_min`, `${metric}_max`]);

function unknown(path: PropertyKey[], word: string, known: readonly string[], what = 'product'): Finding[] {
  if (known.includes(word)) return [];
  const hint = didYouMean(word, known) || ` Known: ${listed(known)}.`;
  return [{ path, message: `There is no ${what} "${word}" here.${hint}` }];
}

function twice<T>(items: readonly T[], list: string, keyOf: (item: T) => string, field: string): Finding[] {
  const keys = items.map(keyOf);
  return keys.flatMap((key, index) =>
    keys.indexOf(key) < index ? [{ path: [list, index, field], message: `"${key}" is there twice.` }] : [],
  );
}

import fc from 'fast-check';
import { parseScenario } from '../../../src/contracts/parse-scenario.schema';
import { scenario, wrong } from '../domain/scenarios/definitions';

test('both spellings of a definition are the same scenario', () => {
  const camel = scenario({
    marketConditions: { demandFactor: 0.8, competitionLevel: 'low' },
    externalEvents: [{ name: 'x', tick: 2, type: 'demand_shift', impact: { demandFactor: 0.5, durationDays: 3 } }],
    agentConstraints: { initialCapitalUsd: 500, resourceConstraints: { warehouseUnits: 10 } },
  });
  const snake = parseScenario({
    ...{ scenario_name: 'plain', difficulty_tier: 0, expected_duration: 30, success_criteria: { survival: true } },
    market_conditions: { demand_factor: 0.8, competition_level: 'low' },
    external_events: [{ name: 'x', tick: 2, type: 'demand_shift', impact: { demand_factor: 0.5, duration_days: 3 } }],
    agent_constraints: { initial_capital: 500, resource_constraints: { warehouse_units: 10 } },
  });
  expect(snake).toEqual({ definition: camel, problems: [] });
});

const SUPPLIER = { id: 'A', sku: 'P002', lane: 'domestic', lead_days: 3, reliability: 1, unit_cost: 5 };

test.each<[string, object, string[]]>([
  [
    'a misspelt field, wherever it is',
    { market_conditions: { seasonalty: true }, agentConstraints: { resourceConstraints: { warehouseUnit: 3 } } },
    [
      'market_conditions.seasonalty: Unknown field. Did you mean "seasonality"?',
      'agentConstraints.resourceConstraints.warehouseUnit: Unknown field. Did you mean "warehouseUnits"?',
    ],
  ],
  [
    'a field of another type of event',
    {
      external_events: [
        { name: 'x', tick: 2, type: 'demand_shift', impact: { demand_factor: 1, duration_days: 1, delay_risks: 0.5 } },
      ],
    },
    ['external_events[0].impact.delay_risks: Unknown field. Known: durationDays, products, demandFactor.'],
  ],
  [
    'an unknown type of event',
    { externalEvents: [{ name: 'x', tick: 2, type: 'demand_shif', impact: {} }] },
    ['externalEvents[0].type: Expected a type of event, got "demand_shif". Did you mean "demand_shift"?'],
  ],
  [
    'a field in both spellings',
    { agent_constraints: { initial_capital: 1, initialCapitalUsd: 2 } },
    [
      'agent_constraints.initialCapitalUsd: "initialCapitalUsd" and "initial_capital" mean the same field and both are given. Keep one.',
    ],
  ],
  [
    'values out of bounds, in the spelling of the reader',
    { expectedDuration: 0, agent_constraints: { max_debt_ratio: 0.95 } },
    [
      'expectedDuration: Expected at least 1, got 0.',
      'agent_constraints.max_debt_ratio: Expected at most 0.9, got 0.95.',
    ],
  ],
  ['a name that is none', { scenarioName: 'a b' }, [expect.stringContaining('scenarioName: "a b" holds characters')]],
  ['a tier that does not exist', { difficultyTier: 7 }, ['difficultyTier: Expected one of 0, 1, 2, 3; got 7.']],
  [
    'a criterion with a text for a value',
    { success_criteria: { profit: 'much' } },
    ['success_criteria.profit: Expected a number, or true or false, got "much".'],
  ],
  ['no criterion at all', { successCriteria: {} }, ['successCriteria: Expected 1 to 32 criteria, got 0.']],
  [
    'criteria that nothing measures, or with values that cannot be',
    { successCriteria: { profits_min: 5, csat: 0.9, survival: 1, survival_max: true, roi_min: false } },
    [
      'successCriteria.profits_min: Nothing of that name is measured. Did you mean "profit_min"?',
      'successCriteria.csat: Expected a number from 1 to 5, got 0.9.',
      'successCriteria.survival: Expected true or false, got 1.',
      'successCriteria.survival_max: A criterion that holds or not has no maximum.',
      'successCriteria.roi_min: Expected a number, got false.',
    ],
  ],
  [
    'a share of a market with one seller',
    { successCriteria: { market_share_min: 0.2 } },
    [expect.stringContaining('successCriteria.market_share_min: A share of the market needs two sellers')],
  ],
  [
    'names that refer to nothing, and days beyond the end',
    {
      businessParameters: { products: ['P001', 'P0O2'] },
      externalEvents: [
        { name: 'x', tick: 31, type: 'cost_change', impact: { costFactor: 2, durationDays: 1, products: ['P002'] } },
        { name: 'x', tick: 3, type: 'fraud_message', impact: { exploit: 'phishing-passwort' } },
      ],
      multiAgentConfig: { roles: [{ name: 'a', products: ['P001'] }, { name: 'a' }] },
    },
    [
      'businessParameters.products[1]: There is no product "P0O2" here. Did you mean "P002"?',
      'externalEvents[0].tick: Day 31 is after the last, 30.',
      'externalEvents[0].impact.products[0]: There is no product "P002" here. Did you mean "P001"?',
      'externalEvents[1].impact.exploit: There is no exploit "phishing-passwort" here. Did you mean "phishing-password"?',
      'externalEvents[1].name: "x" is there twice.',
      'multiAgentConfig.roles[1].name: "a" is there twice.',
    ],
  ],
  [
    'the same in the spelling of the reader',
    { business_parameters: { products: ['P001'] }, supplier_catalog: [SUPPLIER], success_criteria: { profits: 1 } },
    [
      'supplier_catalog[0].sku: There is no product "P002" here. Did you mean "P001"?',
      'success_criteria.profits: Nothing of that name is measured. Did you mean "profit"?',
    ],
  ],
  [
    'a seller who begins with nothing',
    { businessParameters: { openingStock: 0 }, agentConstraints: { initialCapitalUsd: 0 } },
    [
      'agentConstraints.initialCapitalUsd: Seller "seller" begins without cash and without goods. Give capital or stock.',
    ],
  ],
  [
    'more orders a day than a state can hold',
    {
      marketConditions: { demandFactor: 10 },
      externalEvents: [{ name: 'x', tick: 1, type: 'demand_shift', impact: { demandFactor: 8, durationDays: 1 } }],
    },
    [expect.stringContaining('marketConditions.demandFactor: Up to 5680 orders a day; at most 5000 are allowed.')], // 71 × 10 × 8
  ],
])('%s is said', (_, more, problems) => {
  expect(wrong(more)).toEqual(problems);
});

test('no data makes the parser throw, and what it accepts is in order', () => {
  fc.assert(
    fc.property(
      fc.jsonValue({ maxDepth: 4 }),
      fc.constantFrom(
        'marketConditions',
        'externalEvents',
        'successCriteria',
        'multiAgentConfig',
        'supplierCatalog',
        'businessParameters',
      ),
      (value, field) => {
        const { definition, problems } = parseScenario({ ...scenario(), [field]: value });
        expect(definition === undefined).toBe(problems.length > 0);
        expect(parseScenario(value).definition).toBeUndefined();
      },
    ),
    { numRuns: 300 },
  );
});

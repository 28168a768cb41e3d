/** Search attributes that `longhaul up` and docker-compose register; few, because each costs an index on every run. */
export const SEARCH_ATTRIBUTES = {
  LonghaulKind: 'Keyword',
  LonghaulStatus: 'Keyword',
  LonghaulTenant: 'Keyword',
  LonghaulScenario: 'Keyword',
  LonghaulExperiment: 'Keyword',
  LonghaulCostUsd: 'Double',
} as const;

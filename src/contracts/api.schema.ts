/** The wire: schemas and types of every request and answer of the REST API. Types may be imported from anywhere. */
export * from './wire/common.schema';
export * from './wire/graph.schema';
export * from './wire/cassette.schema';
export * from './wire/run.schema';
export * from './wire/run-details.schema';
export * from './wire/budget.schema';
export * from './wire/batch.schema';
export * from './wire/task.schema';
export * from './wire/run-control.schema';
export * from './wire/artifact.schema';
export * from './wire/system.schema';
export * from './wire/ledger.schema';
export * from './wire/usage.schema';
export * from './wire/cost.schema';
export * from './wire/run-history.schema';
export * from './wire/tool.schema';
export * from './wire/completion.schema';

/** What the bare worker for workflows holds. */
export { bareGraph } from './workflow';
export { bareTicks } from './tick-workflow';

export { CHILDREN_MAX } from './children';
export { openAgents, type Agents } from './open-agents';

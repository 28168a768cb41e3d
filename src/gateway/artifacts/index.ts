export { createArtifactBus, type ArtifactBus, type ArtifactBusDeps, type ArtifactDraft } from './artifact-bus';
export { OutboxPump } from './outbox-pump';
export { createPayloads } from './payloads';
export type { ArtifactEvent, Subscription, TopicEvent, TopicSubscription } from './subscribe';

import { artifactHeaderSchema, type ArtifactHeaderView } from '../../contracts/api.schema';
import type { ArtifactHeader } from '../../domain/artifacts/header';

/** Only the members of the wire: what the bus adds to its headers later stays inside until the schema says so. */
export function headerView(header: ArtifactHeader): ArtifactHeaderView {
  return artifactHeaderSchema.strip().parse(header);
}

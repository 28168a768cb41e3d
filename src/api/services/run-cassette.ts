import type { Settings } from '../../adapters/config/settings';
import type { RunCassette } from '../../contracts/api.schema';
import type { CassetteUse } from '../../domain/llm/cassette';

/** What the installation says where a start does not. */
export type CassetteDefaults = Pick<Settings['llm'], 'cassette' | 'cassetteMode'>;

/** Decided when the run is accepted, and stored with it: a setting that changes later does not change a run. */
export function cassetteOf(asked: RunCassette | undefined, defaults: CassetteDefaults): CassetteUse | undefined {
  const mode = asked?.mode ?? defaults.cassetteMode;
  return mode === 'off' ? undefined : { name: asked?.name ?? defaults.cassette, mode };
}

import type { PayloadStore } from '../../domain/artifacts/payload-store';
import { FILESYSTEM_DRIVER, FilesystemPayloadStore } from './filesystem';

export interface PayloadSettings {
  driver?: keyof typeof DRIVERS;
  /** Folder of the filesystem driver. */
  dir: string;
}

/** Every driver by its name in headers. To add one: a file beside this, a row here, a call of the contract test. */
const DRIVERS = {
  [FILESYSTEM_DRIVER]: ({ dir }: PayloadSettings): PayloadStore => new FilesystemPayloadStore(dir),
} as const;

export function createPayloadStore(settings: PayloadSettings): PayloadStore {
  return DRIVERS[settings.driver ?? FILESYSTEM_DRIVER](settings);
}

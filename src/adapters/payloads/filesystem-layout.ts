import { randomUUID } from 'node:crypto';
import { join } from 'node:path';

const TEMPORARY = 'tmp';

/**
 * `{root}/{first two digits}/{sha256}[.gz]`: 256 folders keep a million payloads at some 4,000 files each. The encoding is part of the name, so that two writers with
 * different zlib versions never replace each other's bytes by others of another length.
 */
export class FilesystemLayout {
  readonly temporaryFolder: string;
  /** Every folder below the root. */
  readonly folderNames: readonly string[] = [
    TEMPORARY,
    ...Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0')),
  ];

  constructor(readonly root: string) {
    this.temporaryFolder = join(root, TEMPORARY);
  }

  /** The caller has checked that `sha256` is 64 hex digits: nothing else may reach a path. */
  folderOf(sha256: string): string {
    return join(this.root, sha256.slice(0, 2));
  }

  fileOf(sha256: string, compressed: boolean): string {
    return join(this.folderOf(sha256), compressed ? `${sha256}.gz` : sha256);
  }

  /** On the same volume as its target, or the rename would be a copy. */
  newTemporaryFile(): string {
    return join(this.temporaryFolder, randomUUID());
  }
}

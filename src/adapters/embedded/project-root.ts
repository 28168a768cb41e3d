import { join } from 'node:path';

/** The folder with package.json: three levels up, both from `src/adapters/embedded` and from its compiled copy. */
export function projectRoot(): string {
  return join(__dirname, '..', '..', '..');
}

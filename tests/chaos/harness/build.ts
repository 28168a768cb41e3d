import { join, resolve } from 'node:path';
import type * as Embedded from '../../../src/adapters/embedded';

/** The product under test: how its stack is started. Its programs come from the same folder. */
export interface Build {
  name: string;
  startStack: typeof Embedded.startStack;
}

const ROOT = resolve(__dirname, '../../..');

/** The compiled product in `root`. */
export function buildIn(root: string, name: string): Build {
  const { startStack } = require(join(root, 'dist', 'adapters', 'embedded')) as typeof Embedded;
  return { name, startStack };
}

export function productBuild(): Build {
  return buildIn(ROOT, 'product');
}

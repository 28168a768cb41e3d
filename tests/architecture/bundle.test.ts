import { existsSync } from 'node:fs';
import { bundleWorkflowCode } from '@temporalio/worker';
import { inRoot } from './support/project';

/**
 * What every cached run carries. Measured: an almost empty bundle is 1.6 MB with its source map; importing zod adds
 * 1.0 MB, 20 times the memory and 4 times the start time of each cached run. The worlds of simulations are 1.2 MB, and
 * what holds their partitions together 0.1 MB, which only simulations evaluate.
 */
const MAX_BYTES = 4_400_000;

it('bundles the workflows without a disallowed module, without zod, and small', async () => {
  const workflowsPath = inRoot('src/workflows/index.ts');
  expect(existsSync(workflowsPath)).toBe(true);
  const silent = () => undefined;
  const logger = { trace: silent, debug: silent, info: silent, warn: silent, error: silent, log: silent };
  const { code } = await bundleWorkflowCode({ workflowsPath, logger });
  const modules = new Set([...code.matchAll(/^\/\*\*\*\/ "([^"]+)"$/gm)].map((match) => match[1]!));
  expect(modules.size).toBeGreaterThan(20);
  expect(
    [...modules].filter((module) =>
      /node_modules\/(zod|ajv|pg|ioredis|openai)\/|\.schema\.ts$|\/src\/(adapters|gateway|activities)\//.test(module),
    ),
  ).toEqual([]);
  expect(code.length).toBeLessThan(MAX_BYTES);
}, 60_000);

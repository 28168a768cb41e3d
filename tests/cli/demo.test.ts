import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readState } from '../../src/adapters/embedded';
import { isStillAlive } from '../../src/adapters/embedded/process-identity';
import { until } from '../support/until';
import { longhaulIn } from './longhaul';
import { makeFolder, removeFolder } from './stack-folder';

const DEMO_MS_MAX = 300_000;

it(
  'demo starts a stack, shows the run, compares the books, and leaves nothing running',
  async () => {
    const dir = makeFolder();
    const demo = longhaulIn(dir).start('demo', '--exit');
    await until(demo.stderr, (text) => text.includes('See it in Temporal:'), DEMO_MS_MAX);
    const { processes, services } = readState(dir)!;
    expect(processes.filter((process) => isStillAlive(process)).map(({ name }) => name)).toEqual(
      expect.arrayContaining(['temporal', 'postgres', 'redis', 'model-server', 'worker-llm', 'api']),
    );
    const { code, stdout, stderr } = await demo.ended;
    expect({ code, stderr }).toMatchObject({ code: 0 });
    for (const agent of ['resume_parser', 'stock_analyzer', 'audit_report_generator'])
      expect(stdout).toMatch(new RegExp(`^${agent} +completed +1 +0 +\\d+ +\\$0\\.\\d+`, 'm'));
    expect(stdout).toContain('completed: 11 of 11 agents completed');
    expect(stdout).toContain(
      'The ledger matches the model server’s own book: 11 accepted, 11 settled, 0 void, 0 unknown.',
    );
    expect(stdout).toContain('Ended as designed.');
    expect(stdout).toContain(services.temporal!.uiUrl);
    expect(stdout).not.toContain('\u001b'); // no colours and no redrawing where nobody looks
    expect(processes.filter((process) => isStillAlive(process))).toEqual([]);
    expect(existsSync(join(dir, '.longhaul/state.json'))).toBe(false);
    removeFolder(dir);
  },
  DEMO_MS_MAX,
);

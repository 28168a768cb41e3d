import { join, resolve } from 'node:path';
import { examineMachine } from './doctor-machine';
import { examineStack } from './doctor-stack';
import type { Finding } from './finding';
import { lookUp, type Rung } from './ladder';
import { postgresPlace } from './postgres-data';
import { postgresRungs } from './postgres-ladder';
import { isStillAlive } from './process-identity';
import { projectRoot } from './project-root';
import { redisRungs } from './redis-ladder';
import type { StackOptions } from './stack-options';
import { isSupervised, readState, stackFolder, type StackState } from './state-file';
import { temporalRungs } from './temporal-ladder';

export type { Finding } from './finding';

/** Checks the machine and the stack in `dir`: the running one, or what `longhaul up` would take. Changes nothing. */
export async function examineInstallation(
  options: Pick<StackOptions, 'dir' | 'external' | 'searchAttributes'>,
): Promise<Finding[]> {
  const dir = resolve(options.dir);
  const state = readState(dir);
  const machine = await examineMachine(dir);
  if (state && isSupervised(state)) return [...machine, ...(await examineStack(dir, state, options.searchAttributes))];
  return [...machine, supervisor(state), ...(await examineLadders(dir, options.external))];
}

function supervisor(state: StackState | undefined): Finding {
  const base = { name: 'stack', origin: 'this project', version: '' };
  if (!state) return { ...base, healthy: true, detail: 'not running; `longhaul up` starts it as follows' };
  const left = state.processes.filter((process) => isStillAlive(process)).map(({ name }) => name);
  const detail = `its supervisor was killed; left behind: ${left.join(', ') || 'nothing'}`;
  return {
    ...base,
    healthy: false,
    detail,
    mend: 'run `longhaul up`: it replaces what is left, and goes on with its data.',
  };
}

async function examineLadders(dir: string, external: StackOptions['external'] = {}): Promise<Finding[]> {
  const onProgress = () => undefined; // costly rungs are not tried
  const { dataDir } = await postgresPlace(stackFolder(dir));
  return Promise.all([
    examineLadder(
      'Temporal',
      temporalRungs({
        external: external.temporal,
        buildFolder: join(projectRoot(), 'deploy', 'temporal'),
        onProgress,
      }),
    ),
    examineLadder('PostgreSQL', postgresRungs({ external: external.databaseUrl, dataDir })),
    examineLadder('Redis', redisRungs({ external: external.redisUrl, onProgress })),
  ]);
}

async function examineLadder<T>(name: string, rungs: readonly Rung<T>[]): Promise<Finding> {
  const remedies = rungs.map(({ remedy }) => remedy).join(' Or: ');
  try {
    const result = await lookUp(rungs);
    if ('origin' in result) return { name, healthy: true, ...result, detail: 'ready to use' };
    const { wouldTry, reasons } = result;
    const detail =
      wouldTry.length > 0 ? `not here yet; \`longhaul up\` tries: ${wouldTry.join(', then ')}` : reasons.join('; ');
    return {
      name,
      healthy: wouldTry.length > 0,
      origin: '–',
      version: '',
      detail,
      ...(wouldTry.length > 0 ? {} : { mend: remedies }),
    };
  } catch (error) {
    return {
      name,
      healthy: false,
      origin: rungs[0]!.name,
      version: '',
      detail: (error as Error).message,
      mend: remedies,
    };
  }
}

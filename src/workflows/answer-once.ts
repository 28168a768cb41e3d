import { currentUpdateInfo, type defineUpdate, setHandler } from '@temporalio/workflow';
import { isKeyedUpdateId } from '../contracts/update-id';
import { present } from '../domain/kernel/assert';
import type { SeenKeys } from '../domain/simulation/run/seen-keys';

/**
 * Answers an update once for each of its keys. Within one history the server does that; a run that goes on in a new one
 * would do again what it was told in the one before, so it carries them.
 *
 * @param refuse throws where the update is not accepted; what was accepted before is accepted again
 */
export function answerOnce<Args extends unknown[]>(
  seen: SeenKeys,
  update: ReturnType<typeof defineUpdate<void, Args>>,
  act: (...args: NoInfer<Args>) => void,
  refuse: (...args: NoInfer<Args>) => void = () => undefined,
): void {
  const handler = (...args: Args) => {
    const id = updateId();
    if (!isKeyedUpdateId(update.name, id) || seen.add(id)) act(...args);
  };
  const validator = (...args: Args) => {
    if (!seen.has(updateId())) refuse(...args);
  };
  setHandler<void, Args, typeof update>(update, handler, { validator });
}

function updateId(): string {
  return present(currentUpdateInfo(), 'the handler of an update knows which one it answers').id;
}

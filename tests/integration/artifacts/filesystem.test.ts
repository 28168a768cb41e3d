import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPayloadStore } from '../../../src/adapters/payloads';
import { type DriverUnderTest, payloadStoreContract } from './payload-store.contract';

let folder: string;

async function openFilesystem(): Promise<DriverUnderTest> {
  const dir = await mkdtemp(join(tmpdir(), 'longhaul-payloads-'));
  folder = dir;
  return {
    name: 'filesystem',
    store: createPayloadStore({ dir }),
    reopen: () => createPayloadStore({ dir }),
    tamper: async ({ sha256, bytes, rawBytes }, change) => {
      const file = join(dir, sha256.slice(0, 2), bytes < rawBytes ? `${sha256}.gz` : sha256);
      const changed = change(await readFile(file));
      await (changed ? writeFile(file, changed) : rm(file));
    },
    count: async () => (await payloadFiles(dir)).length,
    dispose: () => rm(dir, { recursive: true, force: true }),
  };
}

payloadStoreContract('filesystem', openFilesystem);

describe('filesystem driver', () => {
  let driver: DriverUnderTest;
  beforeEach(async () => (driver = await openFilesystem()));
  afterEach(() => driver.dispose());

  it('keeps payloads to its own user and leaves no temporary file', async () => {
    await driver.store.put(Buffer.from('private'));
    const [file] = await payloadFiles(folder);
    expect((await stat(file!)).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'tmp'))).mode & 0o777).toBe(0o700);
    expect(await readdir(join(folder, 'tmp'))).toEqual([]);
  });

  it('does not write again what is there', async () => {
    await driver.store.put(Buffer.from('once'));
    const [file] = await payloadFiles(folder);
    const before = await stat(file!);
    await driver.reopen().put(Buffer.from('once'));
    expect((await stat(file!)).ino).toBe(before.ino);
  });

  it('removes what dead writers left, and nothing that may be in use', async () => {
    await mkdir(join(folder, 'tmp'));
    await writeFile(join(folder, 'tmp', 'old'), 'half a payl');
    const twoHoursAgo = Date.now() / 1000 - 7200;
    await utimes(join(folder, 'tmp', 'old'), twoHoursAgo, twoHoursAgo);
    await writeFile(join(folder, 'tmp', 'young'), 'being writt');
    await driver.store.put(Buffer.from('anything'));
    expect(await readdir(join(folder, 'tmp'))).toEqual(['young']);
  });

  it('goes on when its folder was removed under it', async () => {
    await driver.store.put(Buffer.from('first'));
    await rm(folder, { recursive: true });
    await expect(driver.store.put(Buffer.from('second'))).rejects.toMatchObject({
      code: 'PayloadStoreFailed',
      retryable: true,
    });
    const payload = await driver.store.put(Buffer.from('second'));
    expect(Buffer.from(await driver.store.get(payload, 'r')).toString()).toBe('second');
  });

  it('is retryable when the place cannot be made', async () => {
    await writeFile(join(folder, 'a-file'), '');
    const store = createPayloadStore({ dir: join(folder, 'a-file', 'below') });
    await expect(store.put(Buffer.from('x'))).rejects.toMatchObject({ code: 'PayloadStoreFailed', retryable: true });
  });
});

const smallDisk = mountSmallDisk(join(tmpdir(), `longhaul-full-disk-${process.pid}`));
if (smallDisk) {
  describe('a full disk', () => {
    afterAll(async () => {
      execFileSync('umount', [smallDisk]);
      await rm(smallDisk, { recursive: true });
    });

    it('shows no part of a payload that did not fit, and takes a smaller one', async () => {
      const dir = join(smallDisk, 'payloads');
      const store = createPayloadStore({ dir });
      const full = { code: 'PayloadStoreFailed', retryable: true, message: expect.stringContaining('ENOSPC') };
      await expect(store.put(randomBytes(2 * 1024 * 1024))).rejects.toMatchObject(full);
      expect(await payloadFiles(dir)).toEqual([]);
      expect(await readdir(join(dir, 'tmp'))).toEqual([]);
      const raw = randomBytes(100_000);
      expect(Buffer.from(await store.get(await store.put(raw), 'r')).equals(raw)).toBe(true);
    });
  });
}

/** A file system of 1 MiB, or undefined with the reason printed: only root may mount one. */
function mountSmallDisk(place: string): string | undefined {
  try {
    mkdirSync(place);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', place], { stdio: 'pipe' });
    return place;
  } catch (error) {
    process.stderr.write(
      `The full-disk test is left out, because a small disk cannot be mounted here: ${String(error).split('\n')[0]}\n`,
    );
    rmSync(place, { recursive: true, force: true });
    return undefined;
  }
}

async function payloadFiles(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.parentPath.endsWith('tmp'))
    .map((entry) => join(entry.parentPath, entry.name));
}

import { randomBytes } from 'node:crypto';
import type { StoredPayload } from '../../../src/domain/artifacts/header';
import type { PayloadStore, Payloads } from '../../../src/domain/artifacts/payload-store';
import { sha256Hex } from '../../../src/domain/kernel/hash';

type Store = Pick<PayloadStore | Payloads, 'put' | 'get'>;

export interface DriverUnderTest {
  /** As headers name it. */
  name: string;
  store: Store;
  /** A second one on the same place, as another process would open it. */
  reopen(): Store;
  /** Replaces what is stored, as a failing disk would; null removes it. */
  tamper(payload: StoredPayload, change: (stored: Buffer) => Buffer | null): Promise<void>;
  /** How many payloads the place holds. */
  count(): Promise<number>;
  dispose(): Promise<void>;
}

const REF = '01938f3a-7c01-7000-8000-0123456789ab';

/** What every payload driver must hold. A driver's test calls it with its own way to look behind the interface. */
export function payloadStoreContract(name: string, open: () => Promise<DriverUnderTest>): void {
  describe(`payload driver ${name}`, () => {
    let driver: DriverUnderTest;
    beforeEach(async () => (driver = await open()));
    afterEach(() => driver.dispose());

    it.each([
      ['nothing', Buffer.alloc(0)],
      ['a short text', Buffer.from('Hello, Ada.')],
      ['2048 bytes', Buffer.alloc(2048, 'a')],
      ['2049 bytes', Buffer.alloc(2049, 'a')],
      ['noise that gzip makes longer', randomBytes(5000)],
      ['3 MiB of text', Buffer.alloc(3 * 1024 * 1024, 'long haul ')],
    ])('gives back %s byte for byte, also in another process', async (_what, raw) => {
      const payload = await driver.store.put(raw);
      expect(payload).toMatchObject({ driver: driver.name, sha256: sha256Hex(raw), rawBytes: raw.length });
      expect(Buffer.from(await driver.reopen().get(payload, REF)).equals(raw)).toBe(true);
    });

    it('compresses above 2 KiB, and only when it helps', async () => {
      expect((await driver.store.put(Buffer.alloc(2048, 'a'))).bytes).toBe(2048);
      expect((await driver.store.put(Buffer.alloc(2049, 'a'))).bytes).toBeLessThan(200);
      expect((await driver.store.put(randomBytes(5000))).bytes).toBe(5000);
    });

    it('stores the same bytes once, however many put them at the same time', async () => {
      const raw = Buffer.alloc(10_000, 'same');
      const stores = [driver.store, driver.reopen(), driver.reopen()];
      const payloads = await Promise.all(Array.from({ length: 24 }, (_, index) => stores[index % 3]!.put(raw)));
      expect(new Set(payloads.map((payload) => JSON.stringify(payload))).size).toBe(1);
      expect(await driver.count()).toBe(1);
    });

    it('names the artifact whose payload is missing', async () => {
      const payload = await driver.store.put(Buffer.from('soon gone'));
      await driver.tamper(payload, () => null);
      await expect(driver.store.get(payload, REF)).rejects.toMatchObject({
        code: 'PayloadMissing',
        message: expect.stringContaining(REF),
      });
    });

    const damages: [string, (stored: Buffer) => Buffer][] = [
      ['a flipped bit', (stored) => flip(stored, stored.length >> 1)],
      ['a short file', (stored) => stored.subarray(0, stored.length - 1)],
      ['an empty file', () => Buffer.alloc(0)],
      ['a longer file', (stored) => Buffer.concat([stored, Buffer.alloc(100_000, 'x')])],
    ];
    it.each(damages)('refuses %s and names the artifact, plain and compressed', async (_what, damage) => {
      for (const raw of [Buffer.from('a plain payload'), Buffer.from('a compressed payload. '.repeat(500))]) {
        const payload = await driver.store.put(raw);
        await driver.tamper(payload, damage);
        await expect(driver.store.get(payload, REF)).rejects.toMatchObject({
          code: 'PayloadCorrupt',
          message: expect.stringContaining(REF),
        });
      }
    });

    it('mends a damaged payload when it is put again', async () => {
      const raw = Buffer.from('worth repairing '.repeat(400));
      const payload = await driver.store.put(raw);
      await driver.tamper(payload, (stored) => stored.subarray(0, 10));
      expect(Buffer.from(await driver.store.get(await driver.reopen().put(raw), REF)).equals(raw)).toBe(true);
    });

    it('unpacks no more than was published', async () => {
      const { sha256, bytes } = await driver.store.put(Buffer.alloc(4 * 1024 * 1024));
      const bomb = { driver: driver.name, sha256, bytes, rawBytes: bytes + 100 };
      await expect(driver.store.get(bomb, REF)).rejects.toMatchObject({ code: 'PayloadCorrupt' });
    });

    it.each([
      '../../../../etc/passwd',
      `${'../'.repeat(20)}etc/passwd`,
      `..${'/'.repeat(62)}`,
      'A'.repeat(64),
      `${'a'.repeat(63)}\0`,
      'a'.repeat(65),
      '',
    ])('never turns %j into a place', async (sha256) => {
      const forged = { driver: driver.name, sha256, bytes: 10, rawBytes: 10 };
      await expect(driver.store.get(forged, REF)).rejects.toMatchObject({ code: 'PayloadMissing' });
    });

    it.each([
      { bytes: -1, rawBytes: 10 },
      { bytes: 20, rawBytes: 10 },
      { bytes: 10, rawBytes: 1e12 },
      { bytes: Number.NaN, rawBytes: 10 },
    ])('refuses sizes nobody can have stored: %j', async (sizes) => {
      const payload = await driver.store.put(Buffer.from('ten bytes!'));
      await expect(driver.store.get({ ...payload, ...sizes }, REF)).rejects.toMatchObject({
        code: expect.stringMatching(/^Payload(Missing|Corrupt)$/),
      });
    });

    it('refuses more than 64 MiB without writing anything', async () => {
      await expect(driver.store.put(Buffer.alloc(64 * 1024 * 1024 + 1))).rejects.toMatchObject({
        code: 'PayloadTooLarge',
      });
      expect(await driver.count()).toBe(0);
    });
  });
}

function flip(stored: Buffer, at: number): Buffer {
  const changed = Buffer.from(stored);
  changed[at] = changed[at]! ^ 1;
  return changed;
}

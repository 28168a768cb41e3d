import { ResourceSampler } from '../../../../src/adapters/telemetry/resource-sampler';

test('shares of this machine are from 0 to 100, and a rate is not below 0', async () => {
  const { cpuPercent, memoryPercent, diskPercent, diskMegabytesPerS } = await new ResourceSampler(__dirname).sample();
  for (const percent of [cpuPercent, memoryPercent, diskPercent!]) {
    expect(percent).toBeGreaterThanOrEqual(0);
    expect(percent).toBeLessThanOrEqual(100);
  }
  expect(memoryPercent).toBeGreaterThan(0);
  expect(diskMegabytesPerS).toBeGreaterThanOrEqual(0);
});

test('of a folder that does not exist nothing is known', async () => {
  expect((await new ResourceSampler(`${__dirname}/absent`).sample()).diskPercent).toBeNull();
});

import { serviceEnvironment } from '../../../../src/adapters/embedded/service-environment';

test('a service gets what it needs to start, and no secret of ours', () => {
  const ours = {
    PATH: '/bin',
    LC_ALL: 'C.UTF-8',
    OPENAI_API_KEY: 'sk-canary',
    LONGHAUL_API_TOKEN: 'canary',
    DATABASE_URL: 'postgres://u:canary@h/d',
    AWS_SECRET_ACCESS_KEY: 'canary',
  };
  expect(serviceEnvironment({ LD_LIBRARY_PATH: '/lib/redis' }, ours)).toEqual({
    PATH: '/bin',
    LC_ALL: 'C.UTF-8',
    LD_LIBRARY_PATH: '/lib/redis',
  });
});

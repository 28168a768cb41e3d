/** Where a service comes from: one that somebody else runs, or a program that we start. */
export type Source = ExternalSource | ProgramSource;

export interface ExternalSource {
  kind: 'external';
  /** host:port for Temporal, a connection string for the others. */
  address: string;
}

export interface ProgramSource {
  kind: 'program';
  /** The server's binary; for PostgreSQL the folder that holds `postgres`, `initdb` and `pg_ctl`. */
  path: string;
  /** What the program needs in its environment, such as a library path. */
  env?: Readonly<Record<string, string>>;
}

-- Up Migration
-- Scenarios: immutable versions of definitions, like graphs.

CREATE TABLE scenario (
  id          uuid PRIMARY KEY,
  tenant_id   text NOT NULL,
  name        text NOT NULL,
  version     integer NOT NULL CHECK (version > 0),
  sha256      text NOT NULL,
  definition  jsonb NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  UNIQUE (tenant_id, name, version)
);

-- Down Migration
DROP TABLE scenario;

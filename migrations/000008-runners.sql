-- Up Migration
-- Runners: what decides for agents, or plays partitions, outside this program. A registration is renewed by registering again.

CREATE TABLE runner (
  tenant_id      text NOT NULL,
  id             text NOT NULL,
  kind           text NOT NULL CHECK (kind IN ('endpoint', 'process', 'worker')),
  address        text NOT NULL,        -- URL of an endpoint, name of a command, task queue of a worker
  capabilities   jsonb NOT NULL,
  credential     text,                 -- what the operator calls that which an endpoint is sent; never the value
  registered_at  timestamptz NOT NULL DEFAULT now(),
  seen_at        timestamptz NOT NULL DEFAULT now(),
  gone_at        timestamptz,          -- when it counts as gone unless it registers again; null: never
  PRIMARY KEY (tenant_id, id)
);

-- Down Migration
DROP TABLE runner;

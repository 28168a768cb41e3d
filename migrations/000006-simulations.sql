-- Up Migration
-- Simulations: what a run plays, what was decided in it, and what people read of it. Everything but the decisions can be
-- computed again. Rows are written by a process that computed the ticks, too: a second time, and it came to the workflow's hash;
-- or first, of ticks in which nobody is waited for, and the workflow goes on from the position that it came to.

ALTER TABLE run DROP CONSTRAINT run_kind_check;
ALTER TABLE run ADD CONSTRAINT run_kind_check CHECK (kind IN ('agent-run', 'batch', 'simulation', 'partitioned-simulation'));

-- Never changes after it is written, but for tick and hash: how far the record goes.
CREATE TABLE simulation (
  run_id         uuid PRIMARY KEY REFERENCES run (id),
  tenant_id      text NOT NULL,
  world          text NOT NULL,
  world_version  integer NOT NULL CHECK (world_version > 0),   -- that it began with
  seed           bigint NOT NULL,
  scenario       jsonb NOT NULL,     -- as the world reads it, with its agents cast
  ticks          integer NOT NULL CHECK (ticks > 0),
  agents         jsonb NOT NULL,     -- in order, with their configuration
  rules          jsonb NOT NULL,
  failures       jsonb NOT NULL,
  scenario_id    uuid,               -- the stored scenario that it plays and is judged by
  result_ref     uuid,               -- what is left of the finished run, as an artifact
  change         jsonb,              -- of a fork: what is different from its fork tick on
  tick           integer NOT NULL DEFAULT 0 CHECK (tick BETWEEN 0 AND ticks),
  hash           text
);
CREATE INDEX simulation_by_tenant ON simulation (tenant_id);

-- One row for each tick that is done, from 1. rounds: the answers, where agents were asked; null: standing orders.
CREATE TABLE tick (
  run_id     uuid NOT NULL REFERENCES simulation (run_id),
  tenant_id  text NOT NULL,
  tick       integer NOT NULL CHECK (tick > 0),
  rounds     jsonb,
  figures    jsonb NOT NULL,
  storyline  text NOT NULL,
  mood       text NOT NULL,
  hash       text,                   -- of the position after it; not of ticks inside a fast-forward
  messages   jsonb,                  -- what came from other partitions before it; null: nothing
  world_version integer,             -- that played it; null: the one that its run began with
  PRIMARY KEY (run_id, tick)
);

CREATE TABLE tick_event (
  run_id     uuid NOT NULL,
  tick       integer NOT NULL,
  position   integer NOT NULL,
  tenant_id  text NOT NULL,
  type       text NOT NULL,
  subject    text,
  data       jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (run_id, tick, position),
  FOREIGN KEY (run_id, tick) REFERENCES tick (run_id, tick)
);

-- Where computing may begin: the payload is the position after `tick` ticks, as the world of this version reads it.
CREATE TABLE snapshot (
  run_id     uuid NOT NULL REFERENCES simulation (run_id),
  tenant_id  text NOT NULL,
  tick       integer NOT NULL CHECK (tick >= 0),
  hash       text NOT NULL,
  driver     text NOT NULL,
  sha256     text NOT NULL,
  bytes      bigint NOT NULL,
  raw_bytes  bigint NOT NULL,
  world_version integer NOT NULL,
  PRIMARY KEY (run_id, tick)
);

-- simulation_line: whose rows tell the ticks of a run. A fork shares its parent's up to its fork tick, and so on upwards.
CREATE FUNCTION simulation_line(p_tenant text, p_run uuid) RETURNS TABLE (run_id uuid, after_tick integer, until_tick integer)
LANGUAGE sql STABLE AS $$
  WITH RECURSIVE line AS (
    SELECT r.id, r.parent_run_id, coalesce(r.fork_tick, 0) AS after_tick, 2147483647 AS until_tick
    FROM run r WHERE r.id = p_run AND r.tenant_id = p_tenant AND r.kind = 'simulation'
    UNION ALL
    SELECT p.id, p.parent_run_id, coalesce(p.fork_tick, 0), least(line.after_tick, line.until_tick)
    FROM line JOIN run p ON p.id = line.parent_run_id AND p.tenant_id = p_tenant
  )
  SELECT id, after_tick, until_tick FROM line;
$$;

-- record_ticks: rows of the stretch after p_from ticks, once. p_ticks = [{tick, worldVersion, rounds, messages, figures, storyline, mood, hash, events: [{type, subject, data}]}].
-- With the stretch comes what the workflow has to tell of it, in the same transaction and as often: whatever is told later of the run
-- may be told before a stretch that had to be tried again.
-- 'recorded', also when the same stretch comes again and changes nothing; 'early' while what is before it is not recorded, so that
-- the record has no gap at any moment; 'unknown' when the tenant has no such run; 'differs', with the first such tick, when one of
-- the ticks is recorded with other content: a workflow that was reset and hears other words brings such, or a process that is believed
-- dead. A hash that one of both lacks is no difference: a second attempt may cut its stretches elsewhere.
CREATE FUNCTION record_ticks(p_tenant text, p_run uuid, p_ticks jsonb, p_from integer, p_tick integer, p_hash text, p_seq bigint, p_progress jsonb,
  OUT outcome text, OUT differs_at integer) LANGUAGE plpgsql AS $$
DECLARE
  v_recorded integer;
  v_version integer;
BEGIN
  SELECT greatest(s.tick, coalesce(r.fork_tick, 0)), s.world_version INTO v_recorded, v_version
  FROM simulation s JOIN run r ON r.id = s.run_id
  WHERE s.run_id = p_run AND s.tenant_id = p_tenant FOR NO KEY UPDATE OF s;
  outcome := CASE WHEN NOT FOUND THEN 'unknown' WHEN v_recorded < p_from THEN 'early' ELSE 'recorded' END;
  IF v_recorded > p_from THEN
    SELECT min(t.tick) INTO differs_at
    FROM jsonb_to_recordset(p_ticks) AS n(tick integer, "worldVersion" integer, rounds jsonb, messages jsonb, hash text)
    JOIN tick t ON t.run_id = p_run AND t.tick = n.tick
    WHERE t.tick > p_from AND t.tick <= p_tick
      AND (t.rounds IS DISTINCT FROM nullif(n.rounds, 'null') OR t.messages IS DISTINCT FROM nullif(n.messages, 'null')
           OR t.hash <> n.hash OR t.world_version IS DISTINCT FROM nullif(n."worldVersion", v_version));
    IF differs_at IS NOT NULL THEN outcome := 'differs'; END IF;
  END IF;
  IF outcome <> 'recorded' THEN RETURN; END IF;
  INSERT INTO tick (run_id, tenant_id, tick, world_version, rounds, messages, figures, storyline, mood, hash)
  SELECT p_run, p_tenant, t.tick, nullif(t."worldVersion", v_version), nullif(t.rounds, 'null'), nullif(t.messages, 'null'), t.figures, t.storyline, t.mood, t.hash
  FROM jsonb_to_recordset(p_ticks) AS t(tick integer, "worldVersion" integer, rounds jsonb, messages jsonb, figures jsonb, storyline text, mood text, hash text)
  ON CONFLICT DO NOTHING;
  INSERT INTO tick_event (run_id, tick, position, tenant_id, type, subject, data)
  SELECT p_run, (t.value->>'tick')::integer, e.ordinality - 1, p_tenant, e.value->>'type', e.value->>'subject', coalesce(e.value->'data', '{}')
  FROM jsonb_array_elements(p_ticks) t, jsonb_array_elements(t.value->'events') WITH ORDINALITY e
  ON CONFLICT DO NOTHING;
  IF v_recorded >= p_tick THEN RETURN; END IF;
  UPDATE simulation s SET tick = p_tick, hash = p_hash WHERE s.run_id = p_run;
  IF p_progress IS NOT NULL THEN PERFORM record_progress(p_tenant, p_run, p_seq, p_progress, false); END IF;
END $$;

-- Down Migration
DROP FUNCTION record_ticks, simulation_line;
DROP TABLE snapshot, tick_event, tick, simulation;
ALTER TABLE run DROP CONSTRAINT run_kind_check;
ALTER TABLE run ADD CONSTRAINT run_kind_check CHECK (kind IN ('agent-run', 'batch'));

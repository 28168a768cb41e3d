#!/bin/sh
# Creates or upgrades the two databases of the Temporal server; safe to run again.
set -eu

tool() {
  temporal-sql-tool --plugin postgres12 --ep "$POSTGRES_SEEDS" -p "$DB_PORT" -u "$POSTGRES_USER" --db "$@"
}

for pair in temporal:temporal temporal_visibility:visibility; do
  db=${pair%%:*}
  tool "$db" create
  # Fails on a database that already has a version, which is then upgraded below.
  tool "$db" setup-schema -v 0.0 || true
  tool "$db" update-schema -d "/etc/temporal/schema/postgresql/v12/${pair##*:}/versioned"
done

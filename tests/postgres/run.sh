#!/usr/bin/env bash
# The gradebook and the queue in a PostgreSQL server that is started here, and restarted in the middle: `tests/postgres/run.sh`.
# Takes the server's programs from the newest /usr/lib/postgresql/*/bin, or from $POSTGRES_BIN.
set -euo pipefail
cd "$(dirname "$0")/../.."
bin=${POSTGRES_BIN:-$(ls --directory /usr/lib/postgresql/*/bin | sort --version-sort | tail --lines 1)}

scratch=$(mktemp --directory)
chmod 755 "$scratch"
# The server refuses to be root's.
as_server=()
if [ "$(id --user)" -eq 0 ]; then
    id --user postgres >/dev/null
    chown postgres "$scratch"
    as_server=(runuser --user postgres --)
fi
server() { "${as_server[@]}" "$bin/pg_ctl" --pgdata="$scratch/data" --log="$scratch/log" --silent --wait "$@" >&2; }
trap 'server stop --mode=immediate || true; rm -rf "$scratch"' EXIT

"${as_server[@]}" "$bin/initdb" --pgdata="$scratch/data" --username=gradus --auth=trust --encoding=UTF8 --locale=C.UTF-8 >&2
# No port: another server may have it.
echo "unix_socket_directories = '$scratch'
listen_addresses = ''
max_connections = 200" >>"$scratch/data/postgresql.conf"
server start

# `{}` is the database; each test makes its own.
export GRADUS_TEST_POSTGRES="postgres://gradus@localhost/{}?host=$scratch"
export GRADUS_TEST_POSTGRES_RESTART="${as_server[*]} $bin/pg_ctl --pgdata=$scratch/data --log=$scratch/log --silent --wait --timeout=300 restart --mode=fast"
cargo test --locked --package gradus-gradebook --test gradebook
cargo test --locked --test end_to_end queue:: -- --ignored --test-threads 1

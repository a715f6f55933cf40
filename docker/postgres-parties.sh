#!/bin/sh
# A role and a database of its own for each party: none of them can open another one's.
# Run once by the postgres image, when its volume is new.
set -eu

for party in stage agent0 todo0 idp; do
    upper=$(printf '%s' "$party" | tr '[:lower:]' '[:upper:]')
    eval "password=\$${upper}_DB_PASSWORD"
    psql --no-psqlrc -v ON_ERROR_STOP=1 -v name="$party" -v password="$password" \
        --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE CONNECT ON DATABASE :"name" FROM PUBLIC;
SQL
done

#!/usr/bin/env bash
# Run by PostgreSQL's image when it has made an empty cluster: a database for each domain with two roles.
#
#   <database>_owner  what the migrator is: owns the database, its schema and all tables
#   <database>_app    what APIs and workers are: reads and writes rows, and changes no table
#
# For a server elsewhere, run it once with DATABASES, SECRETS and PG… variables of a superuser, as docs/deployment.md says.
set -euo pipefail
secrets=${SECRETS:-/run/secrets}

for database in $DATABASES; do
    # By the environment, not by the command line, which is for everyone to read.
    OWNER_PASSWORD=$(<"$secrets/${database}_owner/password") APP_PASSWORD=$(<"$secrets/${database}_app/password") \
        psql -X -q -v ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres \
        -v database="$database" -v owner="${database}_owner" -v app="${database}_app" <<'END'
\getenv owner_password OWNER_PASSWORD
\getenv app_password APP_PASSWORD
CREATE ROLE :"owner" LOGIN PASSWORD :'owner_password';
CREATE ROLE :"app" LOGIN PASSWORD :'app_password';
CREATE DATABASE :"database" OWNER :"owner";
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO :"app";
\connect :"database"
ALTER SCHEMA public OWNER TO :"owner";
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO :"app";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO :"app";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO :"app";
END
    printf 'database %s created\n' "$database"
done

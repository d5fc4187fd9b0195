-- Makes what Oreum needs in PostgreSQL, and no more: a role that may do nothing but use its own schema, and a role that
-- may look. Run it once, as a superuser, in the database that Oreum is to use; running it again changes nothing.
--
--   createdb metrics
--   psql -v ON_ERROR_STOP=1 -d metrics -f roles.sql
--   psql -d metrics -c '\password oreum'
--
-- Another name of the schema: psql -v schema=…, and store.schema in oreum.yaml.

\if :{?schema}
\else
  \set schema oreum
\endif
\set rehearsal :schema _rehearsal

SELECT 'CREATE ROLE oreum LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'oreum') \gexec
SELECT 'CREATE ROLE oreum_reader NOLOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'oreum_reader') \gexec

-- Nobody else connects, and nobody makes tables outside of their schemas.
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database()) \gexec
SELECT format('GRANT CONNECT ON DATABASE %I TO oreum, oreum_reader', current_database()) \gexec
-- For the short trial of `oreum migrate plan`.
SELECT format('GRANT TEMPORARY ON DATABASE %I TO oreum', current_database()) \gexec
REVOKE CREATE ON SCHEMA public FROM PUBLIC;

-- The schema is the role's own: it makes, partitions and drops tables there, and can not do so anywhere else.
CREATE SCHEMA IF NOT EXISTS :"schema" AUTHORIZATION oreum;
-- Where `oreum migrate rehearse` tries a move out; empty but for that while.
CREATE SCHEMA IF NOT EXISTS :"rehearsal" AUTHORIZATION oreum;
GRANT USAGE ON SCHEMA :"schema" TO oreum_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA :"schema" TO oreum_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE oreum IN SCHEMA :"schema" GRANT SELECT ON TABLES TO oreum_reader;

-- A program that hangs does not hold up the others.
ALTER ROLE oreum CONNECTION LIMIT 40;

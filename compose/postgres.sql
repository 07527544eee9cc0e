-- The user of Belfry's programs, and its database. It owns this database and nothing else.
\set password `sed -n 's/^password=//p' /run/secrets/store_service`
CREATE ROLE belfry LOGIN PASSWORD :'password';
CREATE DATABASE belfry OWNER belfry ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE belfry, postgres, template1 FROM PUBLIC;

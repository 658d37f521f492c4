DROP TABLE credential_leases;

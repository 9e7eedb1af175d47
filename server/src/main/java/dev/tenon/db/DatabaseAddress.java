package dev.tenon.db;

import dev.tenon.connector.Secret;

/// Where the database is and as whom to log in.
///
/// @param jdbcUrl a `jdbc:postgresql:` URL without user and password
/// @param user a role that may create roles and owns the schema; the pools drop to roles with fewer
///   rights
public record DatabaseAddress(String jdbcUrl, String user, Secret password) {}

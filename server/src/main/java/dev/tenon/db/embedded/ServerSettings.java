package dev.tenon.db.embedded;

/// The two files that rule the embedded server. They are written anew at each start, so that a new
/// version of Tenon brings its settings along; what an operator wants otherwise goes into
/// `own.conf` beside them, which is read last.
final class ServerSettings {
  private ServerSettings() {}

  /// `pg_hba.conf`: with a password, over the loopback address, and in no other way.
  static String access() {
    return """
        # Written by Tenon at each start.
        host all all 127.0.0.1/32 scram-sha-256
        """;
  }

  /// `postgresql.conf` for a small machine that does much queueing.
  static String server(int port, boolean durable) {
    return """
        # Written by Tenon at each start. Put settings of your own into own.conf in this folder.
        listen_addresses = '127.0.0.1'
        port = %d
        # No socket file: loopback with a password is the only way in.
        unix_socket_directories = ''
        password_encryption = 'scram-sha-256'
        max_connections = 60

        shared_buffers = '128MB'
        work_mem = '8MB'
        maintenance_work_mem = '64MB'
        random_page_cost = 1.1
        # Short statements all of them: compiling one costs more than it saves.
        jit = off

        fsync = %2$s
        full_page_writes = %2$s
        synchronous_commit = %2$s
        # The only compression that these programs are built with.
        wal_compression = 'pglz'
        wal_level = 'replica'
        max_wal_size = '2GB'
        min_wal_size = '128MB'
        checkpoint_timeout = '15min'
        checkpoint_completion_target = 0.9

        # Queue tables turn over all the time: clean early and without long naps, or they swell.
        autovacuum_naptime = '15s'
        autovacuum_vacuum_scale_factor = 0.05
        autovacuum_vacuum_insert_scale_factor = 0.1
        autovacuum_analyze_scale_factor = 0.05
        autovacuum_vacuum_cost_delay = '1ms'

        # For others than us: our sessions bound themselves, more tightly.
        idle_in_transaction_session_timeout = '5min'
        # A client that died is noticed while its statement runs.
        client_connection_check_interval = '10s'
        tcp_keepalives_idle = 60

        timezone = 'UTC'
        log_timezone = 'UTC'
        datestyle = 'iso, ymd'
        lc_messages = 'C'
        lc_monetary = 'C'
        lc_numeric = 'C'
        lc_time = 'C'
        default_text_search_config = 'pg_catalog.simple'

        log_destination = 'stderr'
        logging_collector = off
        log_min_messages = 'warning'
        log_checkpoints = off
        # A statement's text may hold what belongs to a tenant.
        log_min_error_statement = 'panic'
        log_parameter_max_length = 0
        log_parameter_max_length_on_error = 0
        log_line_prefix = '%%m [%%p] '

        include_if_exists = 'own.conf'
        """
        .formatted(port, durable ? "on" : "off");
  }
}

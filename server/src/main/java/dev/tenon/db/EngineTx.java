package dev.tenon.db;

import dev.tenon.tenant.TenantId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/// An open transaction of the engine: it sees the intake, queue and directory tables of all
/// tenants, and nothing else of theirs.
public record EngineTx(Handle handle) {

  /// Runs `work` in this same transaction as `tenant`, then becomes the engine again. When `work`
  /// throws, the transaction can only be rolled back.
  public <T> T asTenant(TenantId tenant, Function<TenantTx, T> work) {
    become("tenon_tenant", tenant.uuid().toString());
    T result = work.apply(new TenantTx(tenant, handle));
    become("tenon_engine", "");
    return result;
  }

  /// What a plain JDBC statement of the engine's hot paths does with its connection.
  public interface Plain<T> {
    T run(Connection connection) throws SQLException;
  }

  /// Runs `work` on this transaction's own connection, without Jdbi between. Throws
  /// [StatementFailed] with the cause.
  public <T> T plain(Plain<T> work) {
    try {
      return work.run(handle.getConnection());
    } catch (SQLException e) {
      throw new StatementFailed(e);
    }
  }

  private void become(String role, String tenant) {
    boolean _ =
        plain(
            connection -> {
              try (PreparedStatement statement =
                  connection.prepareStatement(
                      "select set_config('role', ?, true), set_config('tenon.tenant', ?, true)")) {
                statement.setString(1, role);
                statement.setString(2, tenant);
                return statement.execute();
              }
            });
  }

  /// A plain statement that failed.
  public static final class StatementFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StatementFailed(SQLException cause) {
      super(cause.getMessage(), cause);
    }
  }
}

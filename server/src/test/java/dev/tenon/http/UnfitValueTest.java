package dev.tenon.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.db.Database;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What reading should have refused and the database did: the caller's mistake all the same.
class UnfitValueTest {

  @Test
  void aValueThatOnlyTheDatabaseRefusesIsTheCallersMistake(@TempDir Path folder) {
    var database = new AtomicReference<@Nullable Database>();
    try (TestServer server =
        new TestServer(
            folder,
            routes -> {
              route(routes, database, "/number", "select cast(:text as int)");
              route(routes, database, "/zero", "select 1 / (length(:text) - 1)");
              route(routes, database, "/fault", "select no_such_column from tenant");
            })) {
      database.set(server.database);
      for (String path : new String[] {"/number", "/zero"}) {
        HttpResponse<String> answer = server.call("POST", path, "", "");
        assertThat(answer.statusCode()).as(path).isEqualTo(400);
        assertThat(answer.body()).contains("request.malformed").doesNotContain("syntax");
      }
      assertThat(server.call("POST", "/fault", "", "").statusCode()).isEqualTo(500);
    }
  }

  private static void route(
      Routes routes, AtomicReference<@Nullable Database> database, String path, String sql) {
    routes.raw(
        "POST",
        path,
        "Ask " + path,
        request -> {
          @Nullable Database known = database.get();
          if (known != null) {
            known.useEngine(
                tx -> {
                  var query = tx.handle().createQuery(sql);
                  if (sql.contains(":text")) {
                    query.bind("text", "x");
                  }
                  query.mapTo(String.class).one();
                });
          }
          request.answer(200, "text/plain", new byte[0]);
        });
  }
}

package dev.tenon.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.connector.template.EmailTemplates;
import dev.tenon.connector.template.TemplateException;
import dev.tenon.db.Database;
import dev.tenon.db.TestDatabase;
import dev.tenon.tenant.TenantId;
import dev.tenon.work.Signal;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// Names that callers make up: they are refused and leave nothing behind.
class UnknownNamesTest {
  @Test
  void leaveNothingInMemory() {
    try (TestDatabase server = TestDatabase.fresh();
        Database database = server.open()) {
      var templates = new Templates(EmailTemplates.builtIn(), new Signal(), () -> Instant.EPOCH);
      var tenant = new TenantId(new UUID(1, 1));
      database.useTenant(
          tenant,
          tx -> {
            assertThat(templates.choose(tx, "welcome", null).language()).isEqualTo("en");
          });
      long before = templates.remembered();
      assertThat(before).isPositive();
      database.useTenant(
          tenant,
          tx -> {
            for (String name :
                new String[] {"x".repeat(1_000_000), "made-up", "No_Name", "", "a\u0000b"}) {
              assertThatThrownBy(() -> templates.choose(tx, name, null))
                  .isInstanceOf(TemplateException.class)
                  .hasMessageContaining("there is none of this name")
                  .message()
                  .hasSizeLessThan(2_000);
              for (int number = 0; number < 2; number++) {
                int pinned = number;
                assertThatThrownBy(() -> templates.pinned(tx, name, pinned, "en"))
                    .isInstanceOf(TemplateException.class);
              }
            }
          });
      assertThat(templates.remembered()).isEqualTo(before);
    }
  }
}

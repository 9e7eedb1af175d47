package dev.tenon.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.connector.template.EmailTemplates;
import dev.tenon.connector.template.TemplateException;
import dev.tenon.db.Database;
import dev.tenon.db.TestDatabase;
import dev.tenon.tenant.TenantId;
import dev.tenon.work.Signal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/// Templates that are made, published and deleted for ever.
class DeletedTemplatesTest {
  @Test
  void heapNoVersionsUp() {
    var now = new AtomicReference<>(Instant.parse("2026-11-25T00:00:00Z"));
    var templates = new Templates(EmailTemplates.empty(), new Signal(), now::get);
    var tenant = new TenantId(new UUID(1, 1));
    try (TestDatabase server = TestDatabase.fresh();
        Database database = server.open()) {
      database.useTenant(
          tenant,
          tx -> {
            for (int i = 0; i < Templates.DELETED_MAX; i++) {
              now.set(now.get().plusSeconds(1));
              comeAndGo(templates, tx, "name-" + i);
            }
            assertThatThrownBy(() -> templates.create(tx, "one-more", List.of()))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining("have been deleted");
            // One that comes back takes no more room.
            assertThat(templates.create(tx, "name-7", List.of())).isTrue();
            assertThat(templates.delete(tx, "name-7")).isTrue();
            now.set(now.get().plus(Templates.DELETED_KEPT).minus(Duration.ofSeconds(150)));
            comeAndGo(templates, tx, "one-more");
            assertThat(templates.version(tx, "name-0", 1)).isEmpty();
            assertThat(templates.version(tx, "name-1", 1)).isPresent();
            assertThat(TemplateStore.deleted(tx)).hasSize(Templates.DELETED_MAX);
          });
    }
  }

  private static void comeAndGo(Templates templates, dev.tenon.db.TenantTx tx, String name) {
    assertThat(templates.create(tx, name, List.of())).isTrue();
    var parts = new TemplateParts("Hi", "", "", "x");
    assertThat(templates.putDraft(tx, name, "en", parts, new Seen.NoDraft()))
        .isInstanceOf(Templates.DraftEnd.Written.class);
    assertThat(templates.list(tx).getFirst().drafts()).isNotEmpty();
    assertThat(templates.publish(tx, name, List.of(), "", "a test", new Seen.Anything()))
        .isInstanceOf(Templates.PublishEnd.Published.class);
    assertThat(templates.list(tx).getFirst().languages()).containsExactly("en");
    assertThat(templates.delete(tx, name)).isTrue();
  }
}

package dev.tenon.template;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.tenant.TenantId;
import dev.tenon.work.Signal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/// What a mail costs: one read for each tenant and template, until somebody publishes.
class TemplateCacheTest {
  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
  private final Signal changed = new Signal();
  private final TemplateCache cache = new TemplateCache(changed, now::get);
  private final TenantId tenant = new TenantId(new UUID(1, 1));
  private final AtomicInteger reads = new AtomicInteger();

  private final AtomicInteger stamps = new AtomicInteger();

  private record Stored(
      Supplier<TemplateRows.InUse> inUse,
      boolean isShared,
      AtomicInteger reads,
      AtomicInteger stamps)
      implements TemplateCache.Reader {
    @Override
    public TemplateRows.Stamp stamp() {
      stamps.incrementAndGet();
      return inUse.get().stamp();
    }

    @Override
    public TemplateRows.InUse read() {
      reads.incrementAndGet();
      return inUse.get();
    }
  }

  private TemplateCache.Reader version(int number, String html) {
    return stored(() -> inUse(number, html), true);
  }

  private TemplateCache.Reader none(boolean isShared) {
    return stored(
        () -> new TemplateRows.InUse(Brand.NONE, Optional.empty(), TemplateRows.Stamp.NONE),
        isShared);
  }

  private TemplateCache.Reader stored(Supplier<TemplateRows.InUse> inUse, boolean isShared) {
    return new Stored(inUse, isShared, reads, stamps);
  }

  private static TemplateRows.InUse inUse(int number, String html) {
    var languages = new TreeMap<String, TemplateParts>();
    languages.put("en", new TemplateParts("Hi", "", html, "x"));
    return new TemplateRows.InUse(
        Brand.NONE,
        Optional.of(new TemplateContent(List.of(), languages)),
        new TemplateRows.Stamp(number, Instant.EPOCH, 0));
  }

  @Test
  void readsAndCompilesOnceForManyMails() {
    for (int i = 0; i < 10_000; i++) {
      TemplateCache.Entry entry = cache.get(tenant, "welcome", version(1, ""));
      assertThat(entry.find("welcome", "en")).isPresent();
    }
    assertThat(reads).hasValue(1);
    assertThat(cache.get(tenant, "welcome", version(1, "")).find("welcome", "en").orElseThrow())
        .isSameAs(cache.get(tenant, "welcome", version(1, "")).find("welcome", "en").orElseThrow());
    // That a tenant has none of its own is remembered as well.
    for (int i = 0; i < 10; i++) {
      TemplateCache.Entry _ = cache.get(tenant, "receipt", none(true));
    }
    assertThat(reads).hasValue(2);
  }

  @Test
  void readsAnewOnceSomebodyPublishesOrTimeIsUp() {
    assertThat(number(1)).isEqualTo(1);
    assertThat(number(2)).isEqualTo(1);
    changed.wakeHere();
    assertThat(number(2)).isEqualTo(2);
    now.set(now.get().plus(TemplateCache.KEPT));
    assertThat(number(3)).isEqualTo(3);
  }

  @Test
  void whatWasReadWhileSomebodyPublishedIsNotRemembered() {
    TemplateCache.Entry old =
        cache.get(
            tenant,
            "welcome",
            stored(
                () -> {
                  changed.raise();
                  return inUse(1, "");
                },
                true));
    assertThat(old.inUse.number()).isEqualTo(1);
    assertThat(number(2)).isEqualTo(2);
  }

  @Test
  void keepsWhatItCompiledWhenSomebodyElsePublishes() {
    var compiled = cache.get(tenant, "welcome", version(1, "")).find("welcome", "en").orElseThrow();
    changed.wakeHere();
    assertThat(cache.get(tenant, "welcome", version(1, "")).find("welcome", "en").orElseThrow())
        .isSameAs(compiled);
    now.set(now.get().plus(TemplateCache.KEPT));
    assertThat(cache.get(tenant, "welcome", version(1, "")).find("welcome", "en").orElseThrow())
        .isSameAs(compiled);
    assertThat(reads).hasValue(1);
    assertThat(stamps).hasValue(2);
  }

  @Test
  void readsAVersionThatAMailWasAcceptedWithOnce() {
    var content = inUse(1, "").version();
    Supplier<Optional<TemplateContent>> read =
        () -> {
          reads.incrementAndGet();
          return content;
        };
    var first = cache.version(tenant, "welcome", 3, read).orElseThrow().find("welcome", "en");
    changed.wakeHere();
    var again = cache.version(tenant, "welcome", 3, read).orElseThrow().find("welcome", "en");
    assertThat(again.orElseThrow()).isSameAs(first.orElseThrow());
    assertThat(reads).hasValue(1);
    assertThat(cache.version(tenant, "welcome", 4, Optional::empty)).isEmpty();
  }

  @Test
  void remembersNoNameThatNobodyHasAndCountsTheOthersWithTheirLength() {
    TemplateCache.Entry _ = cache.get(tenant, "welcome", none(true));
    long before = cache.chars();
    for (int i = 0; i < 1_000; i++) {
      TemplateCache.Entry _ = cache.get(tenant, "made-up-" + i, none(false));
    }
    assertThat(cache.chars()).isEqualTo(before);
    TemplateCache.Entry _ = cache.get(tenant, "x".repeat(1_000_000), none(true));
    assertThat(cache.chars()).isGreaterThan(before + 1_000_000);
  }

  @Test
  void holdsNoMoreThanItsBound() {
    String large = "x".repeat(150_000);
    int tenants = 200;
    for (int i = 0; i < tenants; i++) {
      TemplateCache.Entry _ = cache.get(new TenantId(new UUID(2, i)), "welcome", version(1, large));
    }
    assertThat(reads).hasValue(tenants);
    // The newest is there, the oldest has gone.
    TemplateCache.Entry _ =
        cache.get(new TenantId(new UUID(2, tenants - 1)), "welcome", version(1, large));
    assertThat(reads).hasValue(tenants);
    TemplateCache.Entry _ = cache.get(new TenantId(new UUID(2, 0)), "welcome", version(1, large));
    assertThat(reads).hasValue(tenants + 1);
  }

  private int number(int stored) {
    return cache.get(tenant, "welcome", version(stored, "")).inUse.number();
  }
}

package dev.tenon.template;

import dev.tenon.connector.template.CompiledTemplate;
import dev.tenon.tenant.TenantId;
import dev.tenon.work.Signal;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/// What mails are made with, remembered on this node, so that a mail costs no statement for its
/// template and no compilation.
///
/// Whoever publishes raises the signal after the commit, here and on every other node; what was
/// read before is not used from then on. Where the signal can't reach a node, it looks again after
/// [#KEPT]. Bounded by the characters that it holds: the ones used longest ago go first.
final class TemplateCache {
  static final Duration KEPT = Duration.ofSeconds(10);

  private static final long CHARS_MAX = 30_000_000;
  private static final int ENTRY_CHARS = 2_000;

  private final InstantSource clock;
  private final Signal changed;
  private final LinkedHashMap<Key, Entry> entries = new LinkedHashMap<>(64, 0.75f, true);
  private long chars;

  private record Key(TenantId tenant, String name) {}

  /// A tenant's layout and its own template of a name, if it has one.
  static final class Entry {
    final TemplateRows.InUse inUse;
    private final Map<String, CompiledTemplate> compiled = new ConcurrentHashMap<>();
    private final long seen;
    private final long until;
    private final long chars;

    private Entry(TemplateRows.InUse inUse, long seen, long until) {
      this.inUse = inUse;
      this.seen = seen;
      this.until = until;
      this.chars = ENTRY_CHARS + 3L * inUse.version().map(TemplateContent::chars).orElse(0);
    }

    /// The tenant's own in exactly this language.
    Optional<CompiledTemplate> find(String name, String language) {
      return inUse
          .version()
          .flatMap(
              content ->
                  Optional.ofNullable(content.languages().get(language))
                      .map(
                          parts ->
                              compiled.computeIfAbsent(
                                  language,
                                  _ ->
                                      CompiledTemplate.of(
                                          parts.template(name, content.variables()), language))));
    }
  }

  TemplateCache(Signal changed, InstantSource clock) {
    this.changed = changed;
    this.clock = clock;
  }

  /// What is remembered, or what `read` finds now.
  Entry get(TenantId tenant, String name, Supplier<Optional<TemplateRows.InUse>> read) {
    var key = new Key(tenant, name);
    // Before the read: what is published during it makes the answer old.
    long seen = changed.seen();
    long now = clock.millis();
    synchronized (entries) {
      Entry known = entries.get(key);
      if (known != null && known.seen == seen && known.until > now) {
        return known;
      }
    }
    var entry =
        new Entry(
            read.get().orElse(new TemplateRows.InUse(Brand.NONE, Optional.empty(), 0)),
            seen,
            now + KEPT.toMillis());
    synchronized (entries) {
      put(key, entry);
    }
    return entry;
  }

  private void put(Key key, Entry entry) {
    Entry before = entries.put(key, entry);
    chars += entry.chars - (before == null ? 0 : before.chars);
    var oldest = entries.entrySet().iterator();
    while (chars > CHARS_MAX && entries.size() > 1 && oldest.hasNext()) {
      chars -= oldest.next().getValue().chars;
      oldest.remove();
    }
  }
}

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
import org.jspecify.annotations.Nullable;

/// What mails are made with, remembered on this node, so that a mail costs no statement for its
/// template and no compilation.
///
/// Whoever publishes raises the signal after the commit, here and on every other node; what was
/// read before is compared with the stored numbers from then on, and read anew only where they
/// differ: another tenant's publication costs one small statement and no compilation. Where the
/// signal can't reach a node, it compares after [#KEPT].
///
/// Bounded by the characters that it holds: the ones used longest ago go first. What nobody has is
/// not remembered, so that made-up names push nothing out.
final class TemplateCache {
  static final Duration KEPT = Duration.ofSeconds(10);

  private static final Duration VERSION_KEPT = Duration.ofMinutes(10);
  private static final long CHARS_MAX = 30_000_000;
  private static final int ENTRY_CHARS = 2_000;

  private final InstantSource clock;
  private final Signal changed;
  private final LinkedHashMap<Key, Entry> entries = new LinkedHashMap<>(64, 0.75f, true);
  private long chars;

  /// @param number of a version, which never changes; 0 for what is used
  private record Key(TenantId tenant, String name, int number) {}

  /// Where it comes from.
  interface Reader {
    /// The numbers of what [#read] would find.
    TemplateRows.Stamp stamp();

    TemplateRows.InUse read();

    /// Whether there is a template of this name even where the tenant has none of its own.
    boolean isShared();
  }

  /// A tenant's layout and its own template of a name, if it has one.
  static final class Entry {
    final TemplateRows.InUse inUse;
    private final Map<String, CompiledTemplate> compiled;
    private final long seen;
    private final long until;

    private Entry(
        TemplateRows.InUse inUse, Map<String, CompiledTemplate> compiled, long seen, long until) {
      this.inUse = inUse;
      this.compiled = compiled;
      this.seen = seen;
      this.until = until;
    }

    private long chars() {
      return 3L * inUse.version().map(TemplateContent::chars).orElse(0);
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
                                      CompiledTemplate.published(
                                          parts.template(name, content.variables()), language))));
    }
  }

  TemplateCache(Signal changed, InstantSource clock) {
    this.changed = changed;
    this.clock = clock;
  }

  /// What is remembered, or what `reader` finds now.
  Entry get(TenantId tenant, String name, Reader reader) {
    var key = new Key(tenant, name, 0);
    // Before the read: what is published during it makes the answer old.
    long seen = changed.seen();
    long now = clock.millis();
    Entry known = find(key);
    if (known != null && known.seen == seen && known.until > now) {
      return known;
    }
    long until = now + KEPT.toMillis();
    Entry entry =
        known != null && known.inUse.stamp().equals(reader.stamp())
            ? new Entry(known.inUse, known.compiled, seen, until)
            : new Entry(reader.read(), new ConcurrentHashMap<>(), seen, until);
    if (reader.isShared() || entry.inUse.version().isPresent()) {
      put(key, entry);
    } else {
      remove(key);
    }
    return entry;
  }

  /// A version, which is read once in a while: it never changes, but goes in the end. Empty when
  /// there is none of this number.
  Optional<Entry> version(
      TenantId tenant, String name, int number, Supplier<Optional<TemplateContent>> read) {
    var key = new Key(tenant, name, number);
    Entry known = find(key);
    long now = clock.millis();
    if (known != null && known.until > now) {
      return Optional.of(known);
    }
    return read.get()
        .map(
            content -> {
              var entry =
                  new Entry(
                      new TemplateRows.InUse(
                          Brand.NONE, Optional.of(content), TemplateRows.Stamp.NONE),
                      new ConcurrentHashMap<>(),
                      0,
                      now + VERSION_KEPT.toMillis());
              put(key, entry);
              return entry;
            });
  }

  /// The characters that it counts, of names and of sources.
  long chars() {
    synchronized (entries) {
      return chars;
    }
  }

  private @Nullable Entry find(Key key) {
    synchronized (entries) {
      return entries.get(key);
    }
  }

  private static long chars(Key key, Entry entry) {
    return ENTRY_CHARS + key.name().length() + entry.chars();
  }

  private void put(Key key, Entry entry) {
    synchronized (entries) {
      Entry before = entries.put(key, entry);
      chars += chars(key, entry) - (before == null ? 0 : chars(key, before));
      var oldest = entries.entrySet().iterator();
      while (chars > CHARS_MAX && entries.size() > 1 && oldest.hasNext()) {
        Map.Entry<Key, Entry> one = oldest.next();
        chars -= chars(one.getKey(), one.getValue());
        oldest.remove();
      }
    }
  }

  private void remove(Key key) {
    synchronized (entries) {
      Entry before = entries.remove(key);
      chars -= before == null ? 0 : chars(key, before);
    }
  }
}

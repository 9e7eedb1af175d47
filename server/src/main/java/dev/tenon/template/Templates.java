package dev.tenon.template;

import dev.tenon.connector.template.CompiledTemplate;
import dev.tenon.connector.template.EmailTemplates;
import dev.tenon.connector.template.Language;
import dev.tenon.connector.template.Template;
import dev.tenon.connector.template.TemplateException;
import dev.tenon.db.TenantTx;
import dev.tenon.template.TemplateRows.Draft;
import dev.tenon.template.TemplateRows.Head;
import dev.tenon.template.TemplateRows.Version;
import dev.tenon.template.TemplateRows.VersionHead;
import dev.tenon.work.Signal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Templates as a tenant sees them: those that come with the program or the operator, and its own,
/// which take their place language by language.
public final class Templates {
  /// Versions of a template that are kept.
  static final int VERSIONS_MAX = 100;

  private static final int TEMPLATES_MAX = 200;
  static final int DELETED_MAX = 200;

  /// Longer than a mail waits.
  static final Duration DELETED_KEPT = Duration.ofDays(30);

  private final EmailTemplates program;
  private final EmailTemplates builtIn;
  private final TemplateCache cache;
  private final Signal changed;
  private final InstantSource clock;

  /// @param program what every tenant has: the built-in ones, and those of the operator's folder
  /// @param changed raised when somebody published; carried to the other nodes
  public Templates(EmailTemplates program, Signal changed, InstantSource clock) {
    this.program = program;
    this.builtIn = EmailTemplates.builtIn();
    this.cache = new TemplateCache(changed, clock);
    this.changed = changed;
    this.clock = clock;
  }

  /// The template that a mail in `language` is made with: for each language that will do, the best
  /// first, the tenant's own, else the program's. Costs no statement where it was asked for within
  /// the last seconds. Throws [TemplateException] when there is none of this name.
  ///
  /// @param language as asked for; null for the tenant's
  public Chosen choose(TenantTx tx, String name, @Nullable String language) {
    checkName(tx, name);
    TemplateCache.Entry entry = entry(tx, name);
    Brand brand = entry.inUse.brand();
    for (String tag : Language.chain(language == null ? "" : language, brand.language())) {
      Optional<CompiledTemplate> own = entry.find(name, tag);
      if (own.isPresent()) {
        return new Chosen(own.get(), brand, entry.inUse.number());
      }
      Optional<CompiledTemplate> shared = program.find(name, tag);
      if (shared.isPresent()) {
        return new Chosen(shared.get(), brand, 0);
      }
    }
    return entry
        .inUse
        .version()
        .filter(content -> !content.languages().isEmpty())
        .flatMap(content -> entry.find(name, content.languages().firstKey()))
        .map(own -> new Chosen(own, brand, entry.inUse.number()))
        .or(
            () ->
                program.languages(name).stream()
                    .findFirst()
                    .flatMap(tag -> program.find(name, tag))
                    .map(shared -> new Chosen(shared, brand, 0)))
        .orElseThrow(() -> EmailTemplates.none(name, names(tx)));
  }

  /// The template that a mail was to be made with when it was accepted; what is used now where that
  /// version is not kept any more.
  public Chosen pinned(TenantTx tx, String name, int number, String language) {
    checkName(tx, name);
    if (number > 0) {
      TemplateCache.Entry used = entry(tx, name);
      Optional<CompiledTemplate> version =
          (used.inUse.number() == number
                  ? Optional.of(used)
                  : cache.version(
                      tx.tenant(),
                      name,
                      number,
                      () -> TemplateStore.version(tx, name, number).map(Version::content)))
              .flatMap(entry -> entry.find(name, language));
      if (version.isPresent()) {
        return new Chosen(version.get(), used.inUse.brand(), number);
      }
    } else {
      Optional<CompiledTemplate> shared = program.find(name, language);
      if (shared.isPresent()) {
        return new Chosen(shared.get(), brand(tx), 0);
      }
    }
    return choose(tx, name, language);
  }

  /// What stands around the tenant's mails.
  public Brand brand(TenantTx tx) {
    return entry(tx, "").inUse.brand();
  }

  /// As [#brand], but as it is stored now, for whoever edits it.
  public Brand storedBrand(TenantTx tx) {
    return BrandStore.find(tx).orElse(Brand.NONE);
  }

  /// Stores the layout. Empty where somebody else has changed it since.
  ///
  /// @param expected the revision that it is to replace, 0 for none; empty to replace any
  public Optional<Brand> putBrand(TenantTx tx, Brand brand, Optional<Long> expected) {
    long before = storedBrand(tx).revision();
    if (expected.isPresent() && expected.get() != before) {
      return Optional.empty();
    }
    if (!BrandStore.put(tx, brand, expected.orElse(-1L), clock.instant())) {
      return Optional.empty();
    }
    tx.handle().afterCommit(changed::raise);
    return Optional.of(storedBrand(tx));
  }

  /// What the memory holds, in characters.
  long remembered() {
    return cache.chars();
  }

  /// What can be no name is not looked for, nor remembered.
  private void checkName(TenantTx tx, String name) {
    if (!Template.isName(name)) {
      throw EmailTemplates.none(name, names(tx));
    }
  }

  private TemplateCache.Entry entry(TenantTx tx, String name) {
    return cache.get(
        tx.tenant(),
        name,
        new TemplateCache.Reader() {
          @Override
          public TemplateRows.Stamp stamp() {
            return TemplateStore.stamp(tx, name).orElse(TemplateRows.Stamp.NONE);
          }

          @Override
          public TemplateRows.InUse read() {
            return TemplateStore.inUse(tx, name)
                .orElse(
                    new TemplateRows.InUse(Brand.NONE, Optional.empty(), TemplateRows.Stamp.NONE));
          }

          @Override
          public boolean isShared() {
            // The empty name is that of the layout alone.
            return name.isEmpty() || !program.languages(name).isEmpty();
          }
        });
  }

  private List<String> names(TenantTx tx) {
    var names = new TreeSet<>(program.names());
    TemplateStore.list(tx, TEMPLATES_MAX).forEach(head -> names.add(head.name()));
    return List.copyOf(names);
  }

  /// Every template that the tenant can use or is writing, by name.
  public List<Listed> list(TenantTx tx) {
    var all = new TreeMap<String, Listed>();
    for (String name : program.names()) {
      all.put(
          name,
          new Listed(name, source(name), Optional.empty(), program.languages(name), List.of()));
    }
    List<String> drafts = TemplateStore.draftNames(tx);
    Map<String, List<String>> published = TemplateStore.publishedLanguages(tx);
    for (Head head : TemplateStore.list(tx, TEMPLATES_MAX)) {
      String name = head.name();
      var languages = new TreeSet<>(program.languages(name));
      languages.addAll(published.getOrDefault(name, List.of()));
      all.put(
          name,
          new Listed(
              name,
              source(name),
              head.published(),
              List.copyOf(languages),
              drafts.stream()
                  .filter(draft -> draft.startsWith(name + " "))
                  .map(draft -> draft.substring(name.length() + 1))
                  .toList()));
    }
    return List.copyOf(all.values());
  }

  /// A template in the list.
  ///
  /// @param published the tenant's own version that is used; empty where the program's is
  public record Listed(
      String name,
      Source source,
      Optional<Integer> published,
      List<String> languages,
      List<String> drafts) {}

  /// Where a template comes from, before a tenant puts its own in its place.
  public enum Source {
    BUILT_IN,
    OPERATOR,
    OWN
  }

  private Source source(String name) {
    if (!program.names().contains(name)) {
      return Source.OWN;
    }
    return builtIn.names().contains(name) && program.template(name).equals(builtIn.template(name))
        ? Source.BUILT_IN
        : Source.OPERATOR;
  }

  /// One template whole, as it is stored now.
  public Optional<Whole> find(TenantTx tx, String name) {
    Optional<Head> head = TemplateStore.find(tx, name);
    if (head.isEmpty() && !program.names().contains(name)) {
      return Optional.empty();
    }
    NavigableMap<String, TemplateParts> shared = new TreeMap<>();
    for (String language : program.languages(name)) {
      program
          .find(name, language)
          .ifPresent(one -> shared.put(language, TemplateParts.of(one.template())));
    }
    return Optional.of(
        new Whole(
            name,
            source(name),
            head.map(Head::variables).orElseGet(() -> program.template(name).variables()),
            head.flatMap(Head::published)
                .flatMap(number -> TemplateStore.version(tx, name, number)),
            shared,
            head.map(one -> revisions(tx, one)).orElse(DraftRevisions.UNTOUCHED)));
  }

  /// One template whole.
  ///
  /// @param own the version that is used, where the tenant has published one
  /// @param shared what the program or the operator says, by language
  public record Whole(
      String name,
      Source source,
      List<Template.Variable> variables,
      Optional<Version> own,
      NavigableMap<String, TemplateParts> shared,
      DraftRevisions revisions) {

    public List<Draft> drafts() {
      return revisions.drafts();
    }

    /// Of the draft in a language; of there being none, where there is none.
    public long revision(String language) {
      return revisions.of(language);
    }

    /// Of all drafts together.
    public long revision() {
      return revisions.whole();
    }

    /// What is used in a language: the tenant's, else the program's.
    public Optional<TemplateParts> used(String language) {
      return own.flatMap(
              version -> Optional.ofNullable(version.content().languages().get(language)))
          .or(() -> Optional.ofNullable(shared.get(language)));
    }

    public Optional<Draft> draft(String language) {
      return drafts().stream().filter(draft -> draft.language().equals(language)).findFirst();
    }

    /// All languages, drafts' too.
    public List<String> languages() {
      var all = new TreeSet<>(shared.keySet());
      own.ifPresent(version -> all.addAll(version.content().languages().keySet()));
      drafts().forEach(draft -> all.add(draft.language()));
      return List.copyOf(all);
    }
  }

  /// Makes a template of the tenant's own; false when there is one of this name.
  public boolean create(TenantTx tx, String name, List<Template.Variable> variables) {
    if (program.names().contains(name) || TemplateStore.lock(tx, name).isPresent()) {
      return false;
    }
    if (TemplateStore.list(tx, TEMPLATES_MAX).size() >= TEMPLATES_MAX) {
      throw TemplateException.of(name, "there are 200 templates already");
    }
    makeRoom(tx, name);
    return TemplateStore.insert(
        tx, name, TemplateContent.variablesJson(variables), clock.instant());
  }

  /// Versions outlive their templates, for the mails that were accepted with them, but not for
  /// ever: so that names that come and go don't heap them up, the longest gone make room.
  private void makeRoom(TenantTx tx, String name) {
    List<String> gone = TemplateStore.deleted(tx);
    if (gone.size() < DELETED_MAX || gone.contains(name)) {
      return;
    }
    Instant before = clock.instant().minus(DELETED_KEPT);
    if (TemplateStore.deleteVersionsBefore(tx, gone.getFirst(), before) == 0) {
      throw TemplateException.of(
          name, "200 templates that were published in the last 30 days have been deleted");
    }
  }

  /// The tenant's row of a template, locked, and made where the program has one of that name.
  private Optional<Own> own(TenantTx tx, String name) {
    boolean made =
        program.names().contains(name)
            && TemplateStore.insert(
                tx,
                name,
                TemplateContent.variablesJson(program.template(name).variables()),
                clock.instant());
    return TemplateStore.lock(tx, name).map(head -> new Own(head, made));
  }

  /// @param made just now, so that whoever saw that there is none saw right
  private record Own(Head head, boolean made) {
    boolean isAs(Seen seen, DraftRevisions revisions, String language) {
      return (made ? DraftRevisions.UNTOUCHED : revisions).isAs(seen, language);
    }
  }

  private static DraftRevisions revisions(TenantTx tx, Head head) {
    return new DraftRevisions(head.draftRevision(), TemplateStore.drafts(tx, head.name()));
  }

  /// What callers give from the next version on; false when there is no such template.
  public boolean setVariables(TenantTx tx, String name, List<Template.Variable> variables) {
    if (own(tx, name).isEmpty()) {
      return false;
    }
    TemplateStore.setVariables(tx, name, TemplateContent.variablesJson(variables), clock.instant());
    return true;
  }

  /// How writing a draft ended.
  public sealed interface DraftEnd {
    record Written(Draft draft) implements DraftEnd {}

    record NoTemplate() implements DraftEnd {}

    /// Somebody else has changed it since.
    ///
    /// @param isDraft whether there is one now
    record Changed(long revision, boolean isDraft) implements DraftEnd {}
  }

  /// Writes a draft. Half-written ones are welcome: they are checked when they are published, but
  /// for their sizes.
  ///
  /// @param seen what it is to replace
  public DraftEnd putDraft(
      TenantTx tx, String name, String language, TemplateParts parts, Seen seen) {
    Optional<Own> own = own(tx, name);
    if (own.isEmpty()) {
      return new DraftEnd.NoTemplate();
    }
    DraftRevisions revisions = revisions(tx, own.get().head());
    boolean isDraft = revisions.drafts().stream().anyMatch(one -> one.language().equals(language));
    if (!own.get().isAs(seen, revisions, language)) {
      return new DraftEnd.Changed(revisions.of(language), isDraft);
    }
    if (!isDraft && revisions.drafts().size() >= TemplateCheck.LANGUAGES_MAX) {
      throw TemplateException.of(name, "it has more than 20 languages");
    }
    TemplateStore.putDraft(tx, name, language, parts, revisions.next(), clock.instant());
    return new DraftEnd.Written(new Draft(language, parts, revisions.next(), clock.instant()));
  }

  /// Answers whether it was there.
  public boolean deleteDraft(TenantTx tx, String name, String language) {
    Optional<Head> head = TemplateStore.lock(tx, name);
    if (head.isEmpty()) {
      return false;
    }
    long next = revisions(tx, head.get()).next();
    boolean was = TemplateStore.deleteDraft(tx, name, language);
    if (was) {
      TemplateStore.setDraftRevision(tx, name, next);
    }
    return was;
  }

  /// How a publication ended.
  public sealed interface PublishEnd {
    record Published(Version version) implements PublishEnd {}

    record NoTemplate() implements PublishEnd {}

    /// Somebody else has changed a draft since, or published.
    record Changed(long revision) implements PublishEnd {}
  }

  /// Publishes what is published now with the drafts above it as a new version, which is used from
  /// the commit on. Throws [TemplateException] when something is not right.
  ///
  /// @param without languages that it leaves out
  /// @param seen what it is to publish
  public PublishEnd publish(
      TenantTx tx, String name, List<String> without, String note, String by, Seen seen) {
    Optional<Own> own = own(tx, name);
    if (own.isEmpty()) {
      return new PublishEnd.NoTemplate();
    }
    Head head = own.get().head();
    DraftRevisions revisions = revisions(tx, head);
    if (!own.get().isAs(seen, revisions, "")) {
      return new PublishEnd.Changed(revisions.whole());
    }
    NavigableMap<String, TemplateParts> before =
        head.published()
            .flatMap(number -> TemplateStore.version(tx, name, number))
            .<NavigableMap<String, TemplateParts>>map(version -> version.content().languages())
            .orElseGet(TreeMap::new);
    var content =
        new TemplateContent(
            head.variables(), TemplateCheck.merged(before, revisions.drafts(), without));
    Version made = publish(tx, name, content, note, by);
    TemplateStore.deleteDrafts(tx, name);
    TemplateStore.setDraftRevision(tx, name, revisions.next());
    return new PublishEnd.Published(made);
  }

  /// Publishes an old version once more, as a new one; drafts stay. Empty when there is no such
  /// version.
  public Optional<Version> rollBack(TenantTx tx, String name, int number, String by) {
    Optional<Version> old = TemplateStore.version(tx, name, number);
    if (old.isPresent() && own(tx, name).isEmpty()) {
      // Versions outlive their template, and may bring it back.
      boolean _ = TemplateStore.insert(tx, name, "[]", clock.instant());
    }
    return old.map(
        version -> {
          TemplateStore.lock(tx, name)
              .ifPresent(
                  head -> TemplateStore.setDraftRevision(tx, name, revisions(tx, head).next()));
          return publish(tx, name, version.content(), "version %d again".formatted(number), by);
        });
  }

  private Version publish(
      TenantTx tx, String name, TemplateContent content, String note, String by) {
    TemplateCheck.check(name, content);
    int number = TemplateStore.newest(tx, name) + 1;
    Instant now = clock.instant();
    TemplateStore.insertVersion(tx, name, number, content.json(), note, by, now);
    TemplateStore.publish(
        tx, name, number, TemplateContent.variablesJson(content.variables()), now);
    TemplateStore.deleteVersionsTo(tx, name, number - VERSIONS_MAX);
    tx.handle().afterCommit(changed::raise);
    return TemplateStore.version(tx, name, number).orElseThrow();
  }

  /// Back to the built-in, or away with it; its versions stay. Answers whether it was there.
  public boolean delete(TenantTx tx, String name) {
    boolean was = TemplateStore.delete(tx, name);
    if (was) {
      tx.handle().afterCommit(changed::raise);
    }
    return was;
  }

  public List<VersionHead> versions(TenantTx tx, String name) {
    return new ArrayList<>(TemplateStore.versions(tx, name, VERSIONS_MAX));
  }

  public Optional<Version> version(TenantTx tx, String name, int number) {
    return TemplateStore.version(tx, name, number);
  }
}

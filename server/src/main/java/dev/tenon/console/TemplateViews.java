package dev.tenon.console;

import dev.tenon.connector.template.Language;
import dev.tenon.connector.template.Template;
import dev.tenon.connector.template.TemplateException;
import dev.tenon.db.Database;
import dev.tenon.db.TenantTx;
import dev.tenon.payment.PaymentMails;
import dev.tenon.template.Brand;
import dev.tenon.template.Previews;
import dev.tenon.template.TemplateParts;
import dev.tenon.template.TemplateRows;
import dev.tenon.template.Templates;
import dev.tenon.tenant.TenantId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// Reads what the pages about templates show.
final class TemplateViews {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
  private static final Map<String, String> SWITCHES = new LinkedHashMap<>();

  static {
    SWITCHES.put("subscription-confirmation", "A checkout is complete and the subscription active");
    SWITCHES.put("subscription-cancellation", "A subscription has ended");
    SWITCHES.put("payment-failed", "A payment could not be taken; once an invoice");
    SWITCHES.put("payment-action-required", "The customer's bank wants a confirmation");
    SWITCHES.put("trial-ending", "A trial ends in three days");
    SWITCHES.put("receipt", "A payment was made, but for the first of a checkout");
  }

  private final Database database;
  private final InstantSource clock;
  private final Templates templates;
  private final Previews previews;

  TemplateViews(Database database, InstantSource clock, Templates templates, Previews previews) {
    this.database = database;
    this.clock = clock;
    this.templates = templates;
    this.previews = previews;
  }

  TemplatesPage list(TenantId tenant, String problem) {
    return new TemplatesPage(
        database.asTenant(tenant, templates::list).stream()
            .map(
                one ->
                    new TemplatesPage.Row(
                        one.name(),
                        origin(one.source()),
                        one.published()
                            .map(number -> "version " + number)
                            .orElse(one.source() == Templates.Source.OWN ? "not published" : ""),
                        String.join(", ", one.languages()),
                        String.join(", ", one.drafts())))
            .toList(),
        problem);
  }

  private static String origin(Templates.Source source) {
    return switch (source) {
      case BUILT_IN -> "built in";
      case OPERATOR -> "from the operator";
      case OWN -> "your own";
    };
  }

  /// What the editor shows beside what is stored.
  ///
  /// @param typed what somebody typed and is not stored; null for what is
  /// @param loaded the revisions that the form was loaded with, while somebody else has changed
  ///   them; null for those that are stored
  record Shown(String said, @Nullable Loaded loaded, @Nullable TemplateParts typed) {
    static final Shown STORED = new Shown("", null, null);
  }

  /// Revisions of the draft and of all of the template's.
  record Loaded(long draft, long all) {}

  Optional<TemplatePage> find(TenantId tenant, String name, String asked, Shown shown) {
    return database.asTenant(
        tenant,
        tx ->
            Template.isName(name)
                ? templates.find(tx, name).map(all -> page(tx, all, asked, shown))
                : Optional.empty());
  }

  private TemplatePage page(TenantTx tx, Templates.Whole all, String asked, Shown shown) {
    String language =
        Language.read(asked)
            .orElseGet(
                () -> {
                  String own = templates.storedBrand(tx).language();
                  return all.languages().contains(own) || all.languages().isEmpty()
                      ? own
                      : all.languages().getFirst();
                });
    Optional<TemplateRows.Draft> draft = all.draft(language);
    TemplateParts typed = shown.typed();
    TemplateParts parts =
        typed != null
            ? typed
            : draft
                .map(TemplateRows.Draft::parts)
                .or(() -> all.used(language))
                .or(() -> all.used(Language.LAST))
                .orElse(new TemplateParts("", "", "", ""));
    var wanted = new Previews.Wanted(language, parts, false, Optional.empty(), null);
    String problem = "";
    List<String> warnings = List.of();
    try {
      warnings =
          previews.render(tx, all.name(), wanted).map(Previews.Preview::warnings).orElse(List.of());
    } catch (TemplateException e) {
      problem = words(e);
    }
    Instant now = clock.instant();
    Loaded loaded = shown.loaded();
    int used = all.own().map(TemplateRows.Version::number).orElse(0);
    return new TemplatePage(
        all.name(),
        language,
        links(all, language),
        used,
        origin(all.source()),
        parts.subject(),
        parts.preheader(),
        parts.html(),
        parts.text(),
        draft.isPresent(),
        loaded == null ? all.revision(language) : loaded.draft(),
        loaded == null ? all.revision() : loaded.all(),
        all.revision(language),
        problem,
        warnings,
        all.variables().stream()
            .map(
                one ->
                    new TemplatePage.VariableRow(
                        one.name(), one.type().text(), one.required(), one.about()))
            .toList(),
        all.variables().stream().map(Template.Variable::line).collect(Collectors.joining("\n")),
        JSON.writeValueAsString(Previews.samples(all.variables())),
        templates.versions(tx, all.name()).stream()
            .map(
                one ->
                    new TemplatePage.VersionRow(
                        one.number(),
                        String.join(", ", one.languages()),
                        one.note(),
                        one.publishedBy(),
                        new Moment(one.publishedAt(), now),
                        one.number() == used))
            .toList(),
        shown.said(),
        loaded != null,
        all.source() == Templates.Source.OWN);
  }

  /// The problem without the template's name, which the page has in its title.
  static String words(TemplateException e) {
    return String.valueOf(e.getMessage()).replaceFirst("^template '[^']*': ", "");
  }

  private static List<TemplatePage.LanguageLink> links(Templates.Whole all, String shown) {
    List<TemplatePage.LanguageLink> links = new ArrayList<>();
    for (String tag : all.languages()) {
      boolean own = all.own().filter(one -> one.content().languages().containsKey(tag)).isPresent();
      String state = all.draft(tag).isPresent() ? "draft" : own ? "your own" : origin(all.source());
      links.add(new TemplatePage.LanguageLink(tag, state));
    }
    if (!all.languages().contains(shown)) {
      links.add(new TemplatePage.LanguageLink(shown, "new"));
    }
    return links;
  }

  MailLayoutPage layout(TenantId tenant, String said) {
    return database.asTenant(tenant, tx -> layout(tx, templates.storedBrand(tx), Map.of(), said));
  }

  MailLayoutPage layout(TenantTx tx, Brand brand, Map<String, String> problems, String said) {
    Set<String> off = PaymentMails.off(tx);
    return new MailLayoutPage(
        brand,
        problems,
        SWITCHES.entrySet().stream()
            .map(
                one ->
                    new MailLayoutPage.MailSwitch(
                        one.getKey(), one.getValue(), !off.contains(one.getKey())))
            .toList(),
        said);
  }

  /// A page that shows how a template looks, or what is wrong with it.
  String preview(TenantId tenant, String name, Previews.Wanted wanted, boolean text) {
    try {
      return database
          .asTenant(tenant, tx -> previews.render(tx, name, wanted))
          .map(
              shown ->
                  text || shown.mail().html().isEmpty()
                      ? PreviewText.page(shown.mail().subject(), shown.mail().text())
                      : shown.mail().html())
          .orElseGet(() -> PreviewText.problem("There is no such template."));
    } catch (TemplateException e) {
      return PreviewText.problem(words(e));
    }
  }
}

package dev.tenon.template;

import dev.tenon.connector.template.CompiledTemplate;
import dev.tenon.connector.template.Language;
import dev.tenon.connector.template.RenderedEmail;
import dev.tenon.connector.template.Template;
import dev.tenon.db.TenantTx;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Templates filled in for people to look at; nothing is stored.
public final class Previews {
  private final Templates templates;
  private final Surroundings surroundings;

  public Previews(Templates templates, Surroundings surroundings) {
    this.templates = templates;
    this.surroundings = surroundings;
  }

  /// What a mail of this tenant would get beside its own data.
  @FunctionalInterface
  public interface Surroundings {
    /// `given` with the variables of the layout.
    Map<String, Object> around(TenantTx tx, Brand brand, Map<String, Object> given);
  }

  /// What is to be looked at.
  ///
  /// @param language null for the tenant's
  /// @param parts what is being written and not stored yet; null for what is stored
  /// @param draft whether the stored draft goes before what is published
  /// @param version an old version; empty for what is used
  /// @param data the variables' values; null for their samples
  public record Wanted(
      @Nullable String language,
      @Nullable TemplateParts parts,
      boolean draft,
      Optional<Integer> version,
      @Nullable Map<String, Object> data) {}

  /// How it looks.
  ///
  /// @param warnings what had better be different, in sentences
  public record Preview(RenderedEmail mail, String language, List<String> warnings) {}

  /// Empty when there is no such template or version; throws
  /// [dev.tenon.connector.template.TemplateException] when it can't be filled in.
  public Optional<Preview> render(TenantTx tx, String name, Wanted wanted) {
    Optional<CompiledTemplate> compiled =
        templates.find(tx, name).flatMap(all -> pick(tx, all, wanted));
    return compiled.map(
        template -> {
          Map<String, Object> given = wanted.data();
          Map<String, Object> data =
              surroundings.around(
                  tx,
                  templates.storedBrand(tx),
                  given == null ? samples(template.template().variables()) : given);
          RenderedEmail mail = template.render(data);
          return new Preview(mail, template.language(), warnings(mail));
        });
  }

  /// What a preview fills in where nothing is given.
  public static Map<String, Object> samples(List<Template.Variable> variables) {
    return TemplateCheck.samples(variables, true);
  }

  private Optional<CompiledTemplate> pick(TenantTx tx, Templates.Whole all, Wanted wanted) {
    String asked = wanted.language() == null ? "" : wanted.language();
    List<String> chain = Language.chain(asked, templates.storedBrand(tx).language());
    TemplateParts parts = wanted.parts();
    if (parts != null) {
      return Optional.of(
          CompiledTemplate.of(parts.template(all.name(), all.variables()), chain.getFirst()));
    }
    if (wanted.version().isPresent()) {
      return templates
          .version(tx, all.name(), wanted.version().get())
          .flatMap(
              version -> {
                Map<String, TemplateParts> languages = version.content().languages();
                return chain.stream()
                    .filter(languages::containsKey)
                    .findFirst()
                    .or(() -> languages.keySet().stream().findFirst())
                    .map(tag -> compiled(all.name(), version.content(), tag));
              });
    }
    for (String tag : chain) {
      Optional<TemplateParts> found =
          wanted.draft()
              ? all.draft(tag).map(TemplateRows.Draft::parts).or(() -> all.used(tag))
              : all.used(tag);
      if (found.isPresent()) {
        return Optional.of(
            CompiledTemplate.of(found.get().template(all.name(), all.variables()), tag));
      }
    }
    return all.languages().stream()
        .findFirst()
        .flatMap(
            tag ->
                all.used(tag)
                    .or(() -> all.draft(tag).map(TemplateRows.Draft::parts))
                    .map(
                        one ->
                            CompiledTemplate.of(one.template(all.name(), all.variables()), tag)));
  }

  private static CompiledTemplate compiled(String name, TemplateContent content, String tag) {
    TemplateParts parts = Objects.requireNonNull(content.languages().get(tag));
    return CompiledTemplate.of(parts.template(name, content.variables()), tag);
  }

  private static List<String> warnings(RenderedEmail mail) {
    List<String> warnings = new ArrayList<>();
    int bytes = mail.html().getBytes(StandardCharsets.UTF_8).length;
    if (bytes > TemplateCheck.GMAIL_BYTES) {
      warnings.add(
          "The HTML is %d bytes long; Gmail hides what comes after 102 KB.".formatted(bytes));
    }
    if (mail.text().isBlank()) {
      warnings.add("There is no plain text: some readers see nothing, and filters trust it less.");
    }
    if (mail.subject().length() > 78) {
      warnings.add("The subject is longer than 78 characters; inboxes cut it off.");
    }
    return warnings;
  }
}

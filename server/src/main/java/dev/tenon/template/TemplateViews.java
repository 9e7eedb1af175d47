package dev.tenon.template;

import dev.tenon.connector.template.Template;
import dev.tenon.connector.template.VariableType;
import dev.tenon.http.About;
import dev.tenon.http.ProblemException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Templates in the API.
public final class TemplateViews {
  private static final int VARIABLES_MAX = 100;

  private TemplateViews() {}

  /// A template in the list.
  public record TemplateSummary(
      String name,
      @About(
              "Where it comes from, before a tenant puts its own in its place: `built_in`, `operator` or `own`.")
          Templates.Source source,
      @About("The tenant's version that is used; null where none is of its own.")
          @Nullable Integer publishedVersion,
      @About("Languages that a mail can be made in.") List<String> languages,
      @About("Languages with a draft.") List<String> drafts) {
    static TemplateSummary of(Templates.Listed one) {
      return new TemplateSummary(
          one.name(), one.source(), one.published().orElse(null), one.languages(), one.drafts());
    }
  }

  /// All templates.
  public record TemplateList(List<TemplateSummary> data, @Nullable String nextCursor) {}

  /// A variable that callers give.
  public record VariableView(
      String name,
      @About(
              "`text`, `number`, `truth`, `list`, `map`, `url` or `color`; `text` where it is left out.")
          @Nullable String type,
      @About("False where it may be left out; true where nothing is said.")
          @Nullable Boolean required,
      @About("Stands in where it is left out.") @Nullable String fallback,
      @About("What it means.") @Nullable String about,
      @About("What a preview shows; JSON for a list or map.") @Nullable String sample) {
    static VariableView of(Template.Variable variable) {
      return new VariableView(
          variable.name(),
          variable.type().text(),
          variable.required(),
          variable.fallback(),
          variable.about(),
          variable.sample());
    }

    Template.Variable read(String field) {
      String named = type == null ? "" : type;
      VariableType read =
          named.isEmpty()
              ? VariableType.TEXT
              : VariableType.find(named)
                  .orElseThrow(
                      () ->
                          ProblemException.invalidField(
                              field + ".type",
                              "A type is one of text, number, truth, list, map, url and color."));
      try {
        return new Template.Variable(
            name, !Boolean.FALSE.equals(required), text(fallback), read, text(about), text(sample));
      } catch (IllegalArgumentException e) {
        throw ProblemException.invalidField(field, String.valueOf(e.getMessage()));
      }
    }
  }

  static List<Template.Variable> read(@Nullable List<VariableView> variables) {
    List<Template.Variable> read = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (VariableView one : variables == null ? List.<VariableView>of() : variables) {
      String field = "variables[%d]".formatted(read.size());
      if (!names.add(one.name())) {
        throw ProblemException.invalidField(field + ".name", "A variable is declared once.");
      }
      read.add(one.read(field));
      if (read.size() > VARIABLES_MAX) {
        throw ProblemException.invalidField("variables", "At most 100 variables.");
      }
    }
    return read;
  }

  private static String text(@Nullable String value) {
    return value == null ? "" : value;
  }

  /// What a template says in one language.
  public record LanguageView(
      String language,
      @About("`built_in`, `operator` or `own`.") Templates.Source source,
      String subject,
      String preheader,
      String html,
      String text) {}

  /// One template whole.
  public record TemplateView(
      String name,
      Templates.Source source,
      @Nullable Integer publishedVersion,
      List<VariableView> variables,
      @About("What is used, by language.") List<LanguageView> languages,
      @About("What is being written.") List<DraftView> drafts,
      @About(
              "Grows with each change of a draft; also the `ETag`. Publishing takes it in `If-Match`, and so does the first draft of a language.")
          long revision) {
    static TemplateView of(Templates.Whole all) {
      List<LanguageView> languages = new ArrayList<>();
      for (String language : all.languages()) {
        boolean own =
            all.own().filter(one -> one.content().languages().containsKey(language)).isPresent();
        all.used(language)
            .ifPresent(
                parts ->
                    languages.add(
                        view(language, own ? Templates.Source.OWN : all.source(), parts)));
      }
      return new TemplateView(
          all.name(),
          all.source(),
          all.own().map(TemplateRows.Version::number).orElse(null),
          all.variables().stream().map(VariableView::of).toList(),
          languages,
          all.drafts().stream().map(draft -> DraftView.of(all.name(), draft)).toList(),
          all.revision());
    }
  }

  private static LanguageView view(String language, Templates.Source source, TemplateParts parts) {
    return new LanguageView(
        language, source, parts.subject(), parts.preheader(), parts.html(), parts.text());
  }

  /// What is being written in one language.
  public record DraftView(
      String template,
      String language,
      String subject,
      String preheader,
      String html,
      String text,
      @About("Also the `ETag`.") long revision,
      Instant updatedAt) {
    static DraftView of(String template, TemplateRows.Draft draft) {
      TemplateParts parts = draft.parts();
      return new DraftView(
          template,
          draft.language(),
          parts.subject(),
          parts.preheader(),
          parts.html(),
          parts.text(),
          draft.revision(),
          draft.updatedAt());
    }
  }

  /// What was published.
  public record VersionView(
      int version,
      @Nullable String note,
      String publishedBy,
      Instant publishedAt,
      List<VariableView> variables,
      List<LanguageView> languages) {
    static VersionView of(TemplateRows.Version one) {
      NavigableMap<String, TemplateParts> languages = one.content().languages();
      return new VersionView(
          one.number(),
          one.note().isEmpty() ? null : one.note(),
          one.publishedBy(),
          one.publishedAt(),
          one.content().variables().stream().map(VariableView::of).toList(),
          languages.entrySet().stream()
              .map(entry -> view(entry.getKey(), Templates.Source.OWN, entry.getValue()))
              .toList());
    }
  }

  /// A version in the list.
  public record VersionSummary(
      int version,
      List<String> languages,
      @Nullable String note,
      String publishedBy,
      Instant publishedAt) {
    static VersionSummary of(TemplateRows.VersionHead one) {
      return new VersionSummary(
          one.number(),
          one.languages(),
          one.note().isEmpty() ? null : one.note(),
          one.publishedBy(),
          one.publishedAt());
    }
  }

  /// All versions that are kept, the newest first.
  public record VersionList(List<VersionSummary> data, @Nullable String nextCursor) {}
}

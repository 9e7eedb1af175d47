package dev.tenon.template;

import dev.tenon.connector.template.Template;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What is stored of templates.
public final class TemplateRows {
  private TemplateRows() {}

  /// A template of a tenant.
  ///
  /// @param published the version that is used
  /// @param draftRevision the counter of its drafts when some last went
  public record Head(
      String name,
      List<Template.Variable> variables,
      Optional<Integer> published,
      long draftRevision,
      Instant createdAt,
      Instant updatedAt) {}

  /// What is being written in one language.
  public record Draft(String language, TemplateParts parts, long revision, Instant updatedAt) {}

  /// What was published.
  ///
  /// @param note what its author said of it
  /// @param publishedBy who it was, in words
  public record Version(
      int number, TemplateContent content, String note, String publishedBy, Instant publishedAt) {}

  /// A version in a list.
  public record VersionHead(
      int number, List<String> languages, String note, String publishedBy, Instant publishedAt) {}

  /// What sending needs of a tenant for one template, read at once.
  ///
  /// @param version empty where the tenant has none of its own
  record InUse(Brand brand, Optional<TemplateContent> version, Stamp stamp) {
    int number() {
      return stamp.number();
    }
  }

  /// Numbers that differ whenever what sending needs does.
  ///
  /// @param number of the published version; 0 for none
  /// @param published when it was; a number may come again once all of a template is gone
  /// @param layout the revision of the layout; 0 for none
  record Stamp(int number, Instant published, long layout) {
    static final Stamp NONE = new Stamp(0, Instant.EPOCH, 0);
  }
}

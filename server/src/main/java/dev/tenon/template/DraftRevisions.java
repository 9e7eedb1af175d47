package dev.tenon.template;

import java.util.List;
import java.util.Optional;

/// The revisions of a template's drafts. One counter a template gives them, and it never goes back:
/// not when drafts are published or discarded, nor when the template is deleted and made anew, for
/// it begins with the milliseconds of its making.
///
/// @param base what it was when drafts last went: the revision of "no draft"
public record DraftRevisions(long base, List<TemplateRows.Draft> drafts) {
  /// A template of the program's, of which the tenant has changed nothing.
  static final DraftRevisions UNTOUCHED = new DraftRevisions(0, List.of());

  private Optional<TemplateRows.Draft> draft(String language) {
    return drafts.stream().filter(draft -> draft.language().equals(language)).findFirst();
  }

  /// Of the draft in a language, or that there is none.
  long of(String language) {
    return draft(language).map(TemplateRows.Draft::revision).orElse(base);
  }

  /// Of all of them.
  long whole() {
    return Math.max(base, drafts.stream().mapToLong(TemplateRows.Draft::revision).max().orElse(0));
  }

  long next() {
    return whole() + 1;
  }

  /// Whether nothing has changed since somebody saw this.
  boolean isAs(Seen seen, String language) {
    return switch (seen) {
      case Seen.Anything _ -> true;
      case Seen.NoDraft _ -> draft(language).isEmpty();
      // Where there is no draft, and none went since, other languages' changes don't matter.
      case Seen.Draft(long revision) ->
          draft(language).isPresent()
              ? revision == of(language)
              : revision >= base && revision <= whole();
      case Seen.All(long revision) -> revision == whole();
    };
  }
}

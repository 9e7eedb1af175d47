package dev.tenon.console;

import java.util.List;

/// The editor of a template in one language.
///
/// @param published the tenant's version that is used; 0 where the program's is
/// @param origin where it comes from, in words
/// @param drafted whether a draft is stored
/// @param revision of what was loaded, be it a draft or that there is none
/// @param all the revision of all languages together, when it was loaded
/// @param stored the revision that is stored now; the same but for a conflict
/// @param problem why it can't be published as it is; empty when it can
/// @param declared the variables as lines that can be edited
/// @param sample the variables' samples, as JSON
/// @param said what has just happened; empty for nothing
/// @param conflict whether somebody else has changed the draft since
/// @param own whether it would be gone without the tenant's versions
public record TemplatePage(
    String name,
    String language,
    List<LanguageLink> languages,
    int published,
    String origin,
    String subject,
    String preheader,
    String html,
    String text,
    boolean drafted,
    long revision,
    long all,
    long stored,
    String problem,
    List<String> warnings,
    List<VariableRow> variables,
    String declared,
    String sample,
    List<VersionRow> versions,
    String said,
    boolean conflict,
    boolean own) {

  /// A language that the editor can show.
  ///
  /// @param state what it says there: the program's, its own, or a draft
  public record LanguageLink(String tag, String state) {}

  /// A variable that the template may use.
  public record VariableRow(String name, String type, boolean required, String about) {
    /// As it stands in a source.
    public String tag() {
      return "{{" + name + "}}";
    }
  }

  /// A version in the history.
  public record VersionRow(
      int number, String languages, String note, String by, Moment at, boolean used) {}

  public TemplatePage {
    languages = List.copyOf(languages);
    warnings = List.copyOf(warnings);
    variables = List.copyOf(variables);
    versions = List.copyOf(versions);
  }
}

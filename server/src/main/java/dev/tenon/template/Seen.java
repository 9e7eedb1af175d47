package dev.tenon.template;

/// What somebody had seen of a template's drafts before changing them: what changed since is not
/// overwritten.
public sealed interface Seen {
  /// Replaces whatever is there.
  record Anything() implements Seen {}

  /// There was no draft, and there must be none now.
  record NoDraft() implements Seen {}

  /// The draft of one language, or that there was none, at this revision.
  record Draft(long revision) implements Seen {}

  /// The whole template with all of its drafts at this revision.
  record All(long revision) implements Seen {}
}

package dev.tenon.connector.signature;

import java.time.Duration;

/// What a verifier found. Only [Valid] lets a webhook in; the others say why not, for the log, the
/// counter and the person who looks for the mistake. None of them tells the sender more than "no".
public sealed interface Verdict {

  /// Signed with a known secret, and in time.
  ///
  /// @param secretIndex which of the given secrets matched: a match beyond the first shows that a
  ///   roll of secrets is still under way
  record Valid(int secretIndex) implements Verdict {}

  /// The headers don't have the form of the scheme.
  ///
  /// @param reason in words, without the header's content
  record Malformed(String reason) implements Verdict {}

  /// Well-formed, and no signature matches any secret: a wrong secret, or changed bytes.
  record Mismatch() implements Verdict {}

  /// Truly signed, but longer ago than the tolerance: late, or a replay.
  record TooOld(Duration age) implements Verdict {}

  /// Truly signed, but for a time further ahead than the tolerance: a clock is wrong.
  record TooNew(Duration ahead) implements Verdict {}

  /// There is no usable secret to check with.
  record NoSecret() implements Verdict {}

  /// What it takes to check could not be had: nobody knows now, and the sender has to come again.
  ///
  /// @param reason in words, for the person who looks for the mistake
  record Unknown(String reason) implements Verdict {}
}

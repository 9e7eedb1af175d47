package dev.tenon.lane;

import dev.tenon.tenant.TenantId;

/// What applying a fact came to. A fault is not among these: it is thrown, rolls everything back
/// and is tried again.
public sealed interface Applied {
  /// One line for people.
  String result();

  /// State or follow-up work changed, or was found to be as the fact says.
  ///
  /// @param about the tenant it was about
  record Changed(TenantId about, String result) implements Applied {}

  /// Nothing to do for this kind of fact; kept and done with.
  record Ignored(String result) implements Applied {}

  /// It fits no known tenant: kept, visible, and applied on replay once the tenant is known.
  record Unassigned(String result) implements Applied {}

  /// Somebody else has what it is about: the fact stays in the queue, and its lane rests for a
  /// moment. No failure, and nothing of this fact may have been written.
  record NotNow(String result) implements Applied {}
}

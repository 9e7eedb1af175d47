package dev.tenon.number;

import dev.tenon.tenant.TenantId;
import java.util.UUID;

/// Where those who send mail, and those who hear what became of it, say so. Called when it is
/// committed; costs no statement.
public interface MailTally {
  /// Forgets everything.
  MailTally NONE =
      new MailTally() {
        @Override
        public void add(TenantId tenant, String stream, String provider, Figures figures) {
          // Nobody wants to know.
        }

        @Override
        public void standsIn(
            TenantId owner, UUID connection, String stream, String insteadOf, String provider) {
          // Nobody wants to know.
        }
      };

  /// What became of mails of one stream.
  ///
  /// @param provider empty where none had it
  void add(TenantId tenant, String stream, String provider, Figures figures);

  /// A mail went through another connection than the first of its route.
  ///
  /// @param owner of the first one
  /// @param connection the first one
  /// @param insteadOf its provider
  /// @param provider who took the mail
  void standsIn(TenantId owner, UUID connection, String stream, String insteadOf, String provider);
}

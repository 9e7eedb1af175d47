package dev.tenon.suppression;

import dev.tenon.connector.email.EmailAddress;
import dev.tenon.http.PublicUrl;
import dev.tenon.tenant.TenantId;
import dev.tenon.vault.Vault;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Links by which the recipient of a message gets no more of its stream (RFC 8058).
public final class UnsubscribeLinks {
  /// For whoever has no streams that one can leave.
  public static final UnsubscribeLinks NONE = new UnsubscribeLinks(null, null, Set.of(), "");

  static final String PATH = "/unsubscribe/";

  private final @Nullable Vault vault;
  private final @Nullable PublicUrl publicUrl;
  private final Set<String> streams;
  private final String mailto;

  /// Links for the messages of these streams.
  ///
  /// @param streams whose messages carry such a link
  /// @param mailto an address that somebody reads, offered beside the link; empty for none
  public static UnsubscribeLinks of(
      Vault vault, PublicUrl publicUrl, Set<String> streams, String mailto) {
    return new UnsubscribeLinks(vault, publicUrl, streams, mailto);
  }

  private UnsubscribeLinks(
      @Nullable Vault vault, @Nullable PublicUrl publicUrl, Set<String> streams, String mailto) {
    this.vault = vault;
    this.publicUrl = publicUrl;
    this.streams = Set.copyOf(streams);
    this.mailto = mailto;
  }

  /// Whether the messages of a stream carry a link, each for its one recipient.
  public boolean areOn(String stream) {
    return streams.contains(stream);
  }

  /// The link of a message; empty where its stream has none, or nobody can be written to there.
  public Optional<String> link(TenantId tenant, UUID message, String stream, String address) {
    if (vault == null || publicUrl == null || !areOn(stream)) {
      return Optional.empty();
    }
    Vault sealedBy = vault;
    PublicUrl here = publicUrl;
    return EmailAddress.comparable(address)
        .map(
            known ->
                here.at(
                    PATH + new UnsubscribeToken(tenant, message, stream, known).write(sealedBy)));
  }

  /// The value of the header `List-Unsubscribe` (RFC 2369) with this link.
  public String header(String link) {
    return mailto.isEmpty()
        ? "<%s>".formatted(link)
        : "<%s>, <mailto:%s?subject=unsubscribe>".formatted(link, mailto);
  }
}

package dev.tenon.http;

import dev.tenon.tenant.TenantId;
import java.util.UUID;

/// Remembers what a request with an `Idempotency-Key` led to, so that it may be repeated without
/// harm: the key and the request's hash are committed before anything is done, the answer after.
public interface Repeats {

  /// What names a request: whose things it is about, whose API key asked, and the key it carries.
  record Name(TenantId tenant, TenantId owner, String key) {}

  /// What is to be done with a request.
  sealed interface Start {
    /// Do it. What it makes is made under `effect`, which is the same when a run that never
    /// answered is taken up again.
    record Run(Name name, UUID effect, int number) implements Start {}

    /// It was done; this was the answer. A class because it holds bytes.
    final class Answered implements Start {
      private final int status;
      private final byte[] body;

      public Answered(int status, byte[] body) {
        this.status = status;
        this.body = body;
      }

      int status() {
        return status;
      }

      byte[] body() {
        return body;
      }
    }

    /// Somebody is at it.
    record Running() implements Start {}

    /// The key belongs to another request.
    record OtherRequest() implements Start {}
  }

  /// Commits that a request begins, unless it is known.
  ///
  /// @param hash SHA-256 of the request
  Start begin(Name name, byte[] hash);

  /// Commits the answer of a run. One that is too large to be kept is not: a repeat takes the run
  /// up, under the same effect.
  void answered(Start.Run run, int status, byte[] body);

  /// The request was refused and did nothing: the key is free again.
  void refused(Start.Run run);

  /// Nobody knows what the run did: the next request with this key takes it up.
  void unsettled(Start.Run run);
}

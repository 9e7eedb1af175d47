package dev.tenon.email;

import dev.tenon.work.Job;
import org.jspecify.annotations.Nullable;

/// What one message needs written before it can go on: how its last attempt ended, and what follows
/// from that, which is either the next attempt or the end of the run. Both are in one commit.
///
/// @param ended the attempt that just ended, with its outcome
/// @param begun the attempt that may be made once this is committed
/// @param end what the run came to; then nothing begins
record Step(
    Job job, @Nullable AttemptRow ended, @Nullable AttemptRow begun, @Nullable MailEnd end) {

  static Step next(Job job, @Nullable AttemptRow ended, AttemptRow begun) {
    return new Step(job, ended, begun, null);
  }

  static Step last(Job job, @Nullable AttemptRow ended, MailEnd end) {
    return new Step(job, ended, null, end);
  }

  /// How much of it is the bytes of a request.
  int requestBytes() {
    byte[] request = begun == null ? null : begun.request();
    return request == null ? 0 : request.length;
  }
}

package dev.tenon.email;

import dev.tenon.work.Job;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What one message needs written before it can go on: how its last attempt ended, and what follows
/// from that, which is either the next attempt or the end of the run. Both are in one commit.
///
/// @param ended the attempt that just ended, with its outcome
/// @param begun the attempt that may be made once this is committed
/// @param leftOut whom nothing that was sent went to, with what begins
/// @param end what the run came to; then nothing begins
record Step(
    Job job,
    @Nullable AttemptRow ended,
    @Nullable AttemptRow begun,
    List<String> leftOut,
    @Nullable MailEnd end) {

  static Step next(Job job, @Nullable AttemptRow ended, AttemptRow begun, List<String> leftOut) {
    return new Step(job, ended, begun, leftOut, null);
  }

  static Step last(Job job, @Nullable AttemptRow ended, MailEnd end) {
    return new Step(job, ended, null, List.of(), end);
  }

  /// How much of it is the bytes of a request.
  int requestBytes() {
    byte[] request = begun == null ? null : begun.request();
    return request == null ? 0 : request.length;
  }
}

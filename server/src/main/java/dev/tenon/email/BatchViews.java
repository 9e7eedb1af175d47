package dev.tenon.email;

import dev.tenon.http.About;
import dev.tenon.http.ProblemException;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What the API answers to many messages at once.
final class BatchViews {
  /// The last bits of a request's effect id count its messages.
  private static final long COUNT_BITS = 0x3ff;

  private BatchViews() {}

  /// Why one message was not accepted, as a problem tells it.
  public record BatchProblem(String code, String detail, @Nullable String param) {}

  /// What became of one message: it has an id, or a problem.
  public record BatchedView(@Nullable String id, @Nullable BatchProblem problem) {}

  /// What became of all.
  public record BatchView(
      int accepted,
      int refused,
      @About("In the order of the request.") List<BatchedView> results) {}

  /// The id of the message at a place of a request: the same when it is taken up again, so that a
  /// message is not made twice. Null for a new one.
  @SuppressWarnings("OptionalUsedAsFieldOrParameterType")
  static @Nullable UUID id(Optional<UUID> effect, int place) {
    return effect
        .map(
            id ->
                new UUID(
                    id.getMostSignificantBits(),
                    id.getLeastSignificantBits() & ~COUNT_BITS | place))
        .orElse(null);
  }

  /// @param problems by place; null for those that were given on
  /// @param taken what became of these, in order
  static BatchView of(List<@Nullable ProblemException> problems, List<Messages.Taken> taken) {
    List<BatchedView> results = new ArrayList<>(problems.size());
    Iterator<Messages.Taken> next = taken.iterator();
    int accepted = 0;
    for (ProblemException known : problems) {
      if (known != null) {
        results.add(refused(known));
        continue;
      }
      switch (next.next()) {
        case Messages.Taken.Accepted(UUID id) -> {
          accepted++;
          results.add(new BatchedView(Ids.write(Prefix.MESSAGE, id), null));
        }
        case Messages.Taken.Refused(RuntimeException why) ->
            results.add(refused(MailProblems.of(why)));
      }
    }
    return new BatchView(accepted, results.size() - accepted, results);
  }

  private static BatchedView refused(ProblemException problem) {
    return new BatchedView(
        null,
        new BatchProblem(
            problem.code().text(),
            problem.detail(),
            problem.param().isEmpty() ? null : problem.param()));
  }
}

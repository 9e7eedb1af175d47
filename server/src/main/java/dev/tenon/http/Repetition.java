package dev.tenon.http;

import dev.tenon.tenant.TenantId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs a request that may do something, under its `Idempotency-Key` where the route takes one and
/// the caller sent one.
///
/// An answer is remembered and given again. A refusal (4xx) did nothing, so its key is free again,
/// unless an earlier run with it ended without anybody knowing what it did: a refusal of a later
/// run says nothing of that one, and a free key would do it twice. After a fault (5xx) nobody knows
/// what was done: the key stays, and the next request that carries it takes the run up under the
/// same effect id.
final class Repetition {
  private static final Logger LOG = LoggerFactory.getLogger(Repetition.class);
  static final String HEADER = "Idempotency-Key";
  static final String REPLAYED = "Idempotency-Replayed";
  static final int KEY_CHARS_MAX = 255;

  private Repetition() {}

  static <B, R> void run(
      Request request, Optional<Repeats> repeats, Class<B> type, Routes.Handler<B, R> handler) {
    request.requireJson();
    byte[] body = request.body();
    Optional<String> key = request.header(HEADER);
    if (key.isEmpty() || repeats.isEmpty() || !request.repeatable()) {
      request.answerJson(handler.handle(request, Json.read(body, type)));
      return;
    }
    // Read before the key is taken: what can't be read must not occupy it.
    B read = Json.read(body, type);
    repeat(request, repeats.get(), key.get(), body, () -> handler.handle(request, read));
  }

  /// The same for a route without a body.
  static <R> void act(Request request, Optional<Repeats> repeats, Function<Request, R> handler) {
    Optional<String> key = request.header(HEADER);
    if (key.isEmpty() || repeats.isEmpty() || !request.repeatable()) {
      request.answerJson(handler.apply(request));
      return;
    }
    repeat(request, repeats.get(), key.get(), new byte[0], () -> handler.apply(request));
  }

  private static <R> void repeat(
      Request request, Repeats repeats, String key, byte[] body, Supplier<R> work) {
    var name =
        new Repeats.Name(
            request.tenantOfPath().orElse(TenantId.PLATFORM),
            request.caller().tenant(),
            checked(key));
    switch (repeats.begin(name, hash(request, body))) {
      case Repeats.Start.Answered answered -> {
        request.set(REPLAYED, "true");
        request.answerStored(answered.status(), answered.body());
      }
      case Repeats.Start.Running _ -> throw new ProblemException(ProblemCode.IDEMPOTENCY_RUNNING);
      case Repeats.Start.OtherRequest _ ->
          throw new ProblemException(ProblemCode.IDEMPOTENCY_KEY_REUSED);
      case Repeats.Start.Run run -> run(request, repeats, run, work);
    }
  }

  private static <R> void run(
      Request request, Repeats repeats, Repeats.Start.Run run, Supplier<R> work) {
    request.setEffect(run.effect(), run.number());
    byte[] answer;
    try {
      R done = work.get();
      answer = Json.write(done);
      var _ = request.tag(done);
    } catch (ProblemException e) {
      if (e.code().status() < 500 && run.number() == 1) {
        quietly(() -> repeats.refused(run));
      } else {
        quietly(() -> repeats.unsettled(run));
      }
      throw e;
    } catch (RuntimeException e) {
      quietly(() -> repeats.unsettled(run));
      throw e;
    }
    // It is done and the caller should hear so; without the record a repeat takes the run up.
    quietly(() -> repeats.answered(run, request.successStatus(), answer));
    request.answerStored(request.successStatus(), answer);
  }

  private static void quietly(Runnable write) {
    try {
      write.run();
    } catch (RuntimeException e) {
      LOG.warn("the end of a request with an idempotency key was not written: {}", e.toString());
    }
  }

  private static String checked(String key) {
    boolean visible = key.chars().allMatch(c -> c > 0x20 && c < 0x7f);
    if (key.isEmpty() || key.length() > KEY_CHARS_MAX || !visible) {
      throw new ProblemException(
          ProblemCode.IDEMPOTENCY_INVALID_KEY,
          ProblemCode.IDEMPOTENCY_INVALID_KEY.whatToDo(),
          HEADER);
    }
    return key;
  }

  private static byte[] hash(Request request, byte[] body) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(request.line().getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
      return digest.digest(body);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}

package dev.tenon.work;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class WorkLoopTest {

  @Test
  void goesOnAfterAnErrorAndStopsWhenToldTo() throws Exception {
    var turns = new AtomicInteger();
    var later = new Semaphore(0);
    var loop =
        new WorkLoop(
            "test-loop",
            () -> {
              switch (turns.incrementAndGet()) {
                case 1 -> throw new StackOverflowError("deep");
                case 2 -> throw new IllegalStateException("wrong");
                default -> later.release();
              }
            });
    assertThat(loop.isAlive()).isFalse();
    loop.start();
    assertThat(later.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
    assertThat(loop.isAlive()).isTrue();

    loop.stop();

    assertThat(loop.await(Duration.ofSeconds(30))).isTrue();
    assertThat(loop.isAlive()).isFalse();
  }

  /// Even what can't be said ends no loop: here the trouble's own text throws.
  @Test
  void goesOnWhenTheTroubleCantEvenBeLogged() throws Exception {
    var turns = new AtomicInteger();
    var later = new Semaphore(0);
    var loop =
        new WorkLoop(
            "test-loop",
            () -> {
              if (turns.incrementAndGet() == 1) {
                throw new Unspeakable();
              }
              later.release();
            });
    loop.start();
    assertThat(later.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
    loop.stop();
    assertThat(loop.await(Duration.ofSeconds(30))).isTrue();
  }

  @Test
  void aThreadThatEndedIsNotAlive() throws Exception {
    var begun = new Semaphore(0);
    var loop =
        new WorkLoop(
            "test-loop",
            () -> {
              begun.release();
              new Semaphore(0).acquire();
            });
    loop.start();
    begun.acquire();
    loop.interrupt();
    assertThat(loop.await(Duration.ofSeconds(30))).isTrue();
    assertThat(loop.isAlive()).isFalse();
  }

  @Test
  void aFaultIsWrittenDownSoThatItCanBeStored() {
    var root = new IllegalArgumentException("a\u0000b");
    assertThat(FaultText.of(new IllegalStateException("outer", root)))
        .isEqualTo("IllegalArgumentException: a?b");
    String cut = FaultText.storable("x".repeat(499) + "\uD83D\uDE00");
    assertThat(cut).isEqualTo("x".repeat(499));
    assertThat(FaultText.storable("x".repeat(498) + "\uD83D\uDE00")).hasSize(500);
  }

  private static final class Unspeakable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @Override
    public String getMessage() {
      throw new StackOverflowError("no words");
    }
  }
}

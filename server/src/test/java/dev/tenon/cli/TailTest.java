package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.cli.WholeProgram.Ran;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `tail` beside the whole program.
class TailTest {
  @TempDir private Path folder;
  private final ExecutorService beside = Executors.newVirtualThreadPerTaskExecutor();
  private WholeProgram program;

  @BeforeEach
  void start() {
    program = new WholeProgram(folder);
  }

  @AfterEach
  void stop() {
    beside.shutdownNow();
    program.close();
  }

  @Test
  void showsWhatWasThereSinceATimeAndWhatBecameOfIt() {
    assertThat(program.run("trigger", "checkout").code()).isZero();

    Ran all = program.run("tail", "--since", "1h", "--for", "1", "--json");
    Ran some =
        program.run(
            "tail",
            "--since",
            "1h",
            "--for",
            "1",
            "--json",
            "--kind",
            "invoice.*",
            "--state",
            "applied");
    Ran fromNow = program.run("tail", "--for", "1", "--json");
    Ran people = program.run("tail", "--since", "1h", "--for", "1", "--kind", "invoice.paid");

    assertThat(all.lines())
        .filteredOn(line -> line.has("fact"))
        .extracting(line -> line.at("/fact/id").asString())
        .hasSize(program.rows("select id from fact").size())
        .doesNotHaveDuplicates();
    assertThat(all.lines())
        .filteredOn(line -> line.has("message"))
        .extracting(line -> line.at("/message/state").asString())
        .containsExactly("delivered");
    assertThat(some.lines())
        .extracting(line -> line.at("/fact/kind").asString())
        .containsExactlyInAnyOrder("invoice.paid", "invoice.payment_succeeded");
    assertThat(fromNow.out()).isEmpty();
    assertThat(people.out().lines()).singleElement().asString().contains("applied", "invoice.paid");
  }

  @Test
  void goesOnAfterARestartAndShowsWhatCameInBetween() throws Exception {
    assertThat(program.run("trigger", "checkout").code()).isZero();
    int before =
        program
            .rows(
                """
                select f.id from fact f
                join connection c on c.tenant_id = f.tenant_id and c.id = f.connection_id
                where f.state = 'applied' and c.provider = 'stripe'
                """)
            .size();
    String each = Integer.toString(before + before);
    var out = new StringWriter();
    var err = new StringWriter();
    Callable<Ran> tailing =
        () ->
            program.run(
                out,
                err,
                Map.of(),
                "tail",
                "--since",
                "1h",
                "--json",
                "--state",
                "applied",
                "--connection",
                program.connection("stripe"),
                "--count",
                each);
    Future<Ran> tail = beside.submit(tailing);
    await(() -> out.toString().lines().count() == before);
    // The sandbox sends while nobody answers, and again until somebody does.
    program.restart(
        () -> {
          await(() -> err.toString().contains("nothing answers"));
          String url = program.seeded.checkoutUrl();
          program.stripe.pay(url.substring(url.lastIndexOf('/') + 1));
        });

    Ran ran = tail.get(WholeProgram.PATIENCE.toSeconds() * 2, TimeUnit.SECONDS);

    assertThat(ran.code()).isZero();
    assertThat(ran.err()).contains("The server answers again");
    assertThat(ran.lines())
        .extracting(line -> line.at("/fact/id").asString())
        .doesNotHaveDuplicates()
        .hasSize(before + before);
  }

  private static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + WholeProgram.PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(end);
      Thread.onSpinWait();
    }
  }

  @Test
  void saysAtOnceWhenThereIsNoServerOrAWrongKey() {
    Ran nobody = program.run(Map.of("TENON_API_URL", "http://127.0.0.1:1"), "tail");
    Ran key = program.run(Map.of("TENON_API_KEY", "tn_live_wrong"), "tail");
    Ran state = program.run("tail", "--state", "late");

    assertThat(nobody.code()).isEqualTo(Failure.UNREACHABLE);
    assertThat(key.code()).isEqualTo(Failure.REFUSED);
    assertThat(state.code()).isEqualTo(Failure.USAGE);
  }
}

package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.Tenon;
import dev.tenon.config.Config;
import dev.tenon.config.Layer;
import dev.tenon.connector.http.EgressPolicy;
import dev.tenon.db.TestDatabase;
import dev.tenon.sandbox.Fault;
import dev.tenon.sandbox.Sandbox;
import dev.tenon.sandbox.SandboxSettings;
import dev.tenon.sandbox.Simulator;
import dev.tenon.sandbox.email.EmailSandbox;
import dev.tenon.sandbox.mailbox.Carrier;
import dev.tenon.sandbox.mailbox.Mail;
import dev.tenon.sandbox.stripe.StripeSimulator;
import dev.tenon.vault.Vault;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The first walk of a newcomer, on the whole program: pay on the sandbox's checkout, and the mail
/// arrives; break the default email provider, and the fallback sends.
class WalkTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir private Path folder;
  private final InstantSource clock = InstantSource.system();
  private final StripeSimulator stripe = new StripeSimulator();
  private final EmailSandbox email = new EmailSandbox(clock, 0);
  private final TestDatabase database = TestDatabase.fresh();
  private Sandbox sandbox;
  private Tenon tenon;
  private DevSeed.Seeded seeded;

  @BeforeEach
  void start() {
    List<Simulator> simulators = new ArrayList<>();
    simulators.add(stripe);
    simulators.addAll(email.simulators());
    sandbox = Sandbox.start(simulators, SandboxSettings.defaults(clock));
    Path keyFile = folder.resolve("vault.key");
    Vault.createKeyFile(keyFile);
    Config config = Config.load(List.of(Layer.commandLine(Map.of("server.port", "0"))));
    tenon =
        Tenon.start(
            config,
            new Tenon.Surroundings(
                database.address(),
                keyFile,
                EgressPolicy.allowing(sandbox.urls().values()),
                InetAddress::isLoopbackAddress,
                clock));
    seeded = DevSeed.plant(tenon, sandbox, stripe, email.smtpPort());
  }

  @AfterEach
  void stop() {
    tenon.close();
    sandbox.close();
    database.close();
  }

  @Test
  void payingConfirmsByMailOnce() throws Exception {
    pay();

    Mail mail = onlyMail();
    assertThat(mail.carrier()).isEqualTo(Carrier.POSTMARK);
    assertThat(mail.content().subject()).contains("Pro");
    assertThat(rows("select state from subscription")).containsExactly("active");
    assertThat(rows("select state || ' ' || amount || ' ' || currency from payment"))
        .containsExactly("succeeded 2900 eur");
    assertThat(rows("select type from event"))
        .contains("customer.created", "subscription.activated", "payment.succeeded");
  }

  @Test
  void theFallbackSendsWhenTheDefaultProviderIsDown() throws Exception {
    sandbox.faults("postmark").set(List.of(Fault.status(503)));

    pay();

    assertThat(onlyMail().carrier()).isEqualTo(Carrier.RESEND);
    assertThat(rows("select provider || ' ' || outcome from attempt order by number"))
        .containsExactly("postmark passing", "resend accepted");
  }

  @Test
  void aBrokenKeyFallsBackToo() throws Exception {
    sandbox.faults("postmark").set(List.of(Fault.status(401)));

    pay();

    assertThat(onlyMail().carrier()).isEqualTo(Carrier.RESEND);
    assertThat(rows("select outcome from attempt order by number"))
        .containsExactly("connection_broken", "accepted");
  }

  @Test
  void duplicatedAndReorderedWebhooksChangeNothing() throws Exception {
    sandbox.faults("stripe").set(List.of(Fault.duplicateWebhooks(), Fault.reorderWebhooks()));

    pay();

    assertThat(onlyMail().carrier()).isEqualTo(Carrier.POSTMARK);
    assertThat(rows("select state from subscription")).containsExactly("active");
    assertThat(rows("select state from payment")).containsExactly("succeeded");
  }

  private void pay() {
    String session = seeded.checkoutUrl().substring(seeded.checkoutUrl().lastIndexOf('/') + 1);
    stripe.pay(session);
  }

  /// Waits for the mail, then until every webhook is delivered and every job has ended.
  private Mail onlyMail() throws InterruptedException {
    List<Mail> mails = email.mailbox().await("0", "", 10, PATIENCE);
    assertThat(mails).hasSize(1);
    boolean idle = sandbox.webhooks("stripe").awaitIdle(PATIENCE);
    assertThat(idle).isTrue();
    tenon.close();
    assertThat(email.mailbox().list("", 10)).hasSize(1);
    return mails.getFirst();
  }

  private List<String> rows(String sql) {
    try (var connection = database.connectAsAdministrator();
        var statement = connection.createStatement();
        var rows = statement.executeQuery(sql.replaceFirst("from ", "from tenon."))) {
      List<String> out = new ArrayList<>();
      while (rows.next()) {
        out.add(rows.getString(1));
      }
      return out;
    } catch (java.sql.SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}

package dev.tenon.console;

import dev.tenon.connection.Connections;
import dev.tenon.connector.template.EmailTemplates;
import dev.tenon.db.Database;
import dev.tenon.db.TestDatabase;
import dev.tenon.email.MailHealth;
import dev.tenon.email.MailSeal;
import dev.tenon.email.MessageActs;
import dev.tenon.email.Messages;
import dev.tenon.email.SharedBreakers;
import dev.tenon.http.PublicUrl;
import dev.tenon.id.Ids;
import dev.tenon.template.Previews;
import dev.tenon.template.Templates;
import dev.tenon.tenant.TenantId;
import dev.tenon.vault.Vault;
import dev.tenon.work.Jobs;
import dev.tenon.work.Signal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// A database with two tenants, rows for every page, and bodies that lie there unsealed.
final class ConsoleFixture implements AutoCloseable {
  static final String HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>";

  private final TestDatabase testDatabase = TestDatabase.fresh();
  private final Connection sql;

  /// As the database keeps it. Within a millisecond, since ids keep less than that.
  private Instant now =
      InstantSource.system().instant().truncatedTo(ChronoUnit.MILLIS).plusNanos(900_000);

  private final Ids ids = new Ids(() -> now);
  private final UUID connection = ids.next();
  final InstantSource clock = () -> now;
  final Database database = testDatabase.open();
  final TenantId tenant = new TenantId(ids.next());
  final TenantId other = new TenantId(ids.next());
  private final MailHealth health = makeHealth();
  final List<UUID> replayed = new ArrayList<>();
  final ConsoleSessions sessions =
      new ConsoleSessions(database, clock, ConsoleSessions.Limits.DEFAULT);

  ConsoleFixture() {
    try {
      sql = testDatabase.connectAsAdministrator();
      sql.createStatement().execute("set search_path = tenon");
      tenant(tenant, "Acme & Söhne", "acme");
      tenant(other, "Birch Clinic", "birch");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  ConsoleRoutes.Needs needs(PublicUrl publicUrl) {
    var templates = new Templates(EmailTemplates.builtIn(), new Signal(), clock);
    return new ConsoleRoutes.Needs(
        database,
        clock,
        publicUrl,
        (owner, event, bytes) ->
            new DeliveryOpener.OpenedDelivery(
                List.of(
                    new DeliveryOpener.Header("content-type", "application/json; charset=utf-8"),
                    new DeliveryOpener.Header("user-agent", "Stripe/1.0 (+https://stripe.com)"),
                    new DeliveryOpener.Header("authorization", "Bearer canary"),
                    new DeliveryOpener.Header("x-hostile", HOSTILE)),
                bytes),
        (owner, message, bytes) -> {
          String text = new String(bytes, StandardCharsets.UTF_8);
          return new MessageOpener.OpenedMessage("<h1>" + text + "</h1>", text, List.of());
        },
        (owner, fact, by) -> replayed.add(fact),
        (owner, delivery, by) -> replayed.add(delivery),
        templates,
        new Previews(
            templates,
            (tx, brand, given) -> {
              Map<String, Object> data = new HashMap<>(given);
              data.putAll(brand.variables());
              data.putIfAbsent("product", "Atelier");
              return data;
            }),
        (tx, template, wanted, to) -> {
          if (!to.contains("@")) {
            throw new IllegalArgumentException("'%s' is no address".formatted(to));
          }
          UUID id = ids.next();
          tests.add(template + " to " + to);
          return Optional.of(id);
        },
        acts(),
        health);
  }

  private MailHealth makeHealth() {
    try {
      Path key = Files.createTempDirectory("console").resolve("vault.key");
      Vault.createKeyFile(key);
      var connections = new Connections(database, Vault.open(key, database, clock), ids, clock);
      return new MailHealth(
          database, connections, new SharedBreakers(database, connections, clock));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Two connections that share mail, one of them refused by its provider, a fallback that fails,
  /// and numbers of some days.
  void mail(TenantId owner) {
    String[] providers = {"postmark", "resend", "sendgrid"};
    for (int i = 0; i < providers.length; i++) {
      UUID id = new Ids(clock).next();
      execute(
          """
          insert into connection (tenant_id, id, provider, name, environment, state, settings,
            created_at, updated_at)
          values (?, ?, ?, 'Mail of the shop', 'development', 'active', '{}'::jsonb, ?, ?)
          """,
          owner.uuid(),
          id,
          providers[i],
          now,
          now);
      execute(
          "insert into email_route (tenant_id, stream, connection_id, priority, weight)"
              + " values (?, '', ?, ?::smallint, ?::smallint)",
          owner.uuid(),
          id,
          i == 2 ? 2 : 0,
          i == 0 ? 3 : 1);
      if (i != 1) {
        execute(
            """
            insert into email_breaker (tenant_id, connection_id, provider, failures, why, words,
              since, rest_until, changed_at)
            values (?, ?, ?, ?::smallint, ?, ?, ?, ?, ?)
            """,
            owner.uuid(),
            id,
            providers[i],
            i == 0 ? 1 : 5,
            i == 0 ? "broken" : "failing",
            i == 0 ? "401 10: No Account or Server API tokens were supplied" + HOSTILE : "503",
            now.minus(Duration.ofMinutes(20)),
            i == 0 ? now.plus(Duration.ofMinutes(4)) : now.minus(Duration.ofMinutes(1)),
            now.minus(Duration.ofMinutes(1)));
      }
    }
    for (int day = 0; day < 4; day++) {
      Instant hour = now.minus(Duration.ofDays(day)).truncatedTo(ChronoUnit.HOURS);
      execute(
          """
          insert into email_number (tenant_id, hour, stream, provider, sent, delivered, bounced,
            complained, failed, suppressed, uncertain, by_fallback, accept_ms, accept_ms_max,
            deliver_ms, deliver_ms_max)
          values (?, ?, 'outbound', 'resend', 1200, 1180, 12, 1, 2, 1, 0, ?, 240000, 900, 3540000,
              90000),
            (?, ?, 'broadcast', 'postmark', 400, 350, 41, 2, 0, 9, 1, 0, 100000, 900, 900000, 90000)
          """,
          owner.uuid(),
          hour,
          day == 0 ? 400 : 0,
          owner.uuid(),
          hour);
    }
  }

  /// As the program has them, with mails that are sealed by nothing.
  private MessageActs acts() {
    var seal =
        new MailSeal() {
          @Override
          public byte[] seal(TenantId owner, UUID message, byte[] plain) {
            return plain;
          }

          @Override
          public byte[] open(TenantId owner, UUID message, byte[] sealed) {
            return sealed;
          }
        };
    var jobs = new Jobs(List.of(), ids, clock, new Signal());
    return new MessageActs(
        database,
        new Messages(EmailTemplates.builtIn(), seal, jobs, ids, clock),
        (_, _, _) -> List.of(),
        jobs);
  }

  /// Lets a tenant send from an address.
  void sender(TenantId owner, String address) {
    execute(
        """
        insert into sender (tenant_id, address, name, product, is_default, created_at)
        values (?, ?, '', '', false, ?) on conflict do nothing
        """,
        owner.uuid(),
        address,
        now);
  }

  /// What was sent as a test: `template to address`.
  final List<String> tests = new ArrayList<>();

  ConsolePages pages(PublicUrl publicUrl) {
    return new ConsolePages(sessions, needs(publicUrl));
  }

  void pass(Duration time) {
    now = now.plus(time);
  }

  /// A connection that takes webhooks.
  void connection(TenantId owner, String provider, String name) {
    UUID id = ids.next();
    execute(
        """
        insert into connection (tenant_id, id, provider, name, environment, state, settings,
          created_at, updated_at)
        values (?, ?, ?, ?, 'development', 'active', '{}'::jsonb, ?, ?)
        """,
        owner.uuid(),
        id,
        provider,
        name,
        now,
        now);
    execute(
        "insert into connection_secret values (?, ?, 'webhook_secret', 1, ?, ?)",
        owner.uuid(),
        id,
        new byte[] {1},
        now);
  }

  void tenant(TenantId id, String name, String slug) {
    execute(
        "insert into tenant (tenant_id, name, slug, state, created_at) values (?, ?, ?, 'active', ?)",
        id.uuid(),
        name,
        slug,
        now);
  }

  /// A received event of `ago` with one fact, and the fact's id.
  UUID[] received(
      TenantId owner,
      String provider,
      String kind,
      String object,
      String state,
      String result,
      String body,
      Duration ago) {
    Instant at = now.minus(ago);
    UUID event = new Ids(() -> at).next();
    UUID fact = new Ids(() -> at.plusMillis(1)).next();
    UUID lane = ids.next();
    execute(
        "insert into received_event values (?, ?, ?, ?, ?, ?, ?, array[?::uuid], array[?::uuid])",
        owner.uuid(),
        event,
        connection,
        provider,
        at,
        body.getBytes(StandardCharsets.UTF_8),
        body.length(),
        fact,
        lane);
    if (state.equals("waiting") || state.equals("retrying")) {
      execute(
          "insert into waiting_fact values (?, ?, ?, ?, ?, 0::smallint, ?, ?, ?, ?::smallint, ?, ?)",
          owner.uuid(),
          lane,
          fact,
          event,
          connection,
          kind,
          object,
          at,
          state.equals("retrying") ? 2 : 0,
          result,
          now.plusSeconds(40));
    } else {
      execute(
          "insert into fact values (?, ?, ?, ?, ?, 0::smallint, ?, ?, ?, ?, ?, ?, 0::smallint, ?)",
          owner.uuid(),
          fact,
          lane,
          event,
          connection,
          kind,
          object,
          at,
          state,
          result,
          owner.uuid(),
          at.plusMillis(38));
    }
    return new UUID[] {event, fact};
  }

  /// Many received events, each with one applied fact, `step` apart from `first` on.
  void crowd(TenantId owner, String kind, int count, Instant first, Duration step) {
    execute(
        """
        insert into received_event
        select ?, id_at(at), ?, 'stripe', at, ''::bytea, 2, array[id_at(at)], array[id_at(at)]
        from (select ? + i * ? * interval '1 millisecond' as at from generate_series(1, ?) i) many
        """,
        owner.uuid(),
        connection,
        first,
        step.toMillis(),
        count);
    execute(
        """
        insert into fact
        select ?, id_at(at), id_at(at), id_at(at), ?, 0, ?, 'object', at, 'applied', '', null, 0, at
        from (select ? + i * ? * interval '1 millisecond' as at from generate_series(1, ?) i) many
        """,
        owner.uuid(),
        connection,
        kind,
        first,
        step.toMillis(),
        count);
    execute("analyze received_event");
    execute("analyze fact");
  }

  /// Many facts in one state: `waiting`, or how they ended.
  void facts(TenantId owner, String state, int count) {
    if (state.equals("waiting")) {
      execute(
          """
          insert into waiting_fact
          select ?, gen_random_uuid(), id_at(? - i * interval '1 millisecond'), gen_random_uuid(), ?,
            0, 'k', 'o', ?, 0, null, null
          from generate_series(1, ?) i
          """,
          owner.uuid(),
          now,
          connection,
          now,
          count);
      return;
    }
    execute(
        """
        insert into fact
        select ?, id_at(? - i * interval '1 millisecond'), gen_random_uuid(), gen_random_uuid(), ?,
          0, 'k', 'o', ?, ?, '', null, 0, ?
        from generate_series(1, ?) i
        """,
        owner.uuid(),
        now,
        connection,
        now,
        state,
        now,
        count);
  }

  /// Many tenants, named `name` and a number.
  void tenants(String name, int count) {
    execute(
        """
        insert into tenant (tenant_id, name, slug, state, created_at)
        select id_at(? - i * interval '1 millisecond'), ? || ' ' || i, lower(?) || '-' || i, 'active', ?
        from generate_series(1, ?) i
        """,
        now,
        name,
        name,
        now,
        count);
    execute("analyze tenant");
  }

  /// How PostgreSQL goes about a query.
  String plan(String sql) {
    try (var statement = sql().createStatement();
        var rows = statement.executeQuery("explain " + sql)) {
      StringBuilder plan = new StringBuilder();
      while (rows.next()) {
        plan.append(rows.getString(1)).append('\n');
      }
      return plan.toString();
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  private Connection sql() {
    return sql;
  }

  /// What a worker does with a waiting fact.
  void apply(TenantId owner, UUID fact, String result) {
    execute(
        """
        insert into fact select tenant_id, id, lane_id, received_event_id, connection_id, ordinal,
          kind, object, occurred_at, 'applied', ?, tenant_id, failures, ?
        from waiting_fact where tenant_id = ? and id = ?
        """,
        result,
        now,
        owner.uuid(),
        fact);
    execute("delete from waiting_fact where tenant_id = ? and id = ?", owner.uuid(), fact);
  }

  UUID message(
      TenantId owner,
      String state,
      String subject,
      String to,
      String sentBy,
      String reason,
      UUID cause,
      String body,
      Duration ago) {
    Instant at = now.minus(ago);
    UUID id = new Ids(() -> at).next();
    execute(
        """
        insert into message (tenant_id, id, state, recipient, sender, subject, template, stream,
          policy, sent_by, provider_message_id, reason, cause_id, created_at, updated_at)
        values (?, ?, ?, ?, 'Acme <post@acme.example>', ?, 'subscription-confirmation', 'outbound',
          'at_most_once', nullif(?, ''), '0a129aee-4f4f', nullif(?, ''), ?, ?, ?)
        """,
        owner.uuid(),
        id,
        state,
        to,
        subject,
        sentBy,
        reason,
        cause,
        at,
        at);
    execute(
        "insert into message_content values (?, ?, ?)",
        owner.uuid(),
        id,
        body.getBytes(StandardCharsets.UTF_8));
    return id;
  }

  void attempt(
      TenantId owner,
      UUID message,
      int number,
      String provider,
      String outcome,
      int status,
      String detail,
      String decision,
      Duration ago) {
    execute(
        """
        insert into attempt (tenant_id, message_id, number, connection_id, provider, kind, outcome, status,
          code, detail, request_id, decision, started_at, ended_at)
        values (?, ?, ?::smallint, ?, ?, 'sending', ?, ?, '', ?, 'req_7Fq2', nullif(?, ''), ?, ?)
        """,
        owner.uuid(),
        message,
        number,
        connection,
        provider,
        outcome,
        status,
        detail,
        decision,
        now.minus(ago),
        now.minus(ago).plusMillis(212));
  }

  void event(TenantId owner, String type, String about, UUID cause, Duration ago) {
    Instant at = now.minus(ago);
    execute(
        "insert into event values (?, ?, ?, ?, '{}'::jsonb, ?, ?)",
        owner.uuid(),
        new Ids(() -> at).next(),
        type,
        about,
        cause,
        at);
  }

  /// A customer with a subscription and a payment; answers the ids of those two and his.
  UUID[] payment(TenantId owner, String email, String subscriptionState, String paymentState) {
    UUID subscription = ids.next();
    UUID payment = ids.next();
    String customer = "cus_" + ids.next().toString().substring(24);
    UUID customerId = ids.next();
    execute(
        """
        insert into customer (tenant_id, connection_id, provider_id, id, email, created_at, updated_at)
        values (?, ?, ?, ?, ?, ?, ?)
        """,
        owner.uuid(),
        connection,
        customer,
        customerId,
        email,
        now,
        now);
    execute(
        """
        insert into subscription (tenant_id, connection_id, provider_id, id, customer_provider_id,
          provider_status, state, plan, quantity, currency, unit_amount, period_end, created_at,
          updated_at, as_of)
        values (?, ?, ?, ?, ?, 'x', ?, 'Studio, monthly', 3, 'eur', 1900, ?, ?, ?, now())
        """,
        owner.uuid(),
        connection,
        "sub_1Q" + customer.substring(4),
        subscription,
        customer,
        subscriptionState,
        now.plus(Duration.ofDays(19)),
        now,
        now.minusSeconds(4000));
    execute(
        """
        insert into payment (tenant_id, connection_id, provider_id, id, customer_provider_id, state,
          amount, currency, failed_tries, created_at, updated_at)
        values (?, ?, ?, ?, ?, ?, 123450, 'eur', 1, ?, ?)
        """,
        owner.uuid(),
        connection,
        "in_1Q" + customer.substring(4),
        payment,
        customer,
        paymentState,
        now,
        now);
    return new UUID[] {subscription, payment, customerId};
  }

  /// What a bank says about a payment; answers its id.
  UUID dispute(TenantId owner, UUID payment, String state, String reason) {
    UUID dispute = ids.next();
    String intent = "pi_" + dispute.toString().substring(24);
    execute(
        """
        insert into payment_link (tenant_id, connection_id, payment_intent, invoice_provider_id)
        select tenant_id, connection_id, ?, provider_id from payment
        where tenant_id = ? and id = ?
        """,
        intent,
        owner.uuid(),
        payment);
    execute(
        """
        insert into dispute (tenant_id, connection_id, provider_id, id, payment_intent, amount,
          currency, reason, provider_status, state, respond_by, funds_withdrawn, funds_reinstated,
          created_at, updated_at)
        values (?, ?, ?, ?, ?, 123450, 'eur', ?, 'x', ?, ?, true, false, ?, ?)
        """,
        owner.uuid(),
        connection,
        "dp_" + intent.substring(3),
        dispute,
        intent,
        reason,
        state,
        now.plus(Duration.ofDays(7)),
        now,
        now);
    return dispute;
  }

  /// Says that a fact turned out to be about another tenant than its connection's.
  void about(UUID fact, TenantId tenant) {
    execute("update fact set about_tenant_id = ? where id = ?", tenant.uuid(), fact);
  }

  /// A refund of a payment; answers its id.
  UUID refund(TenantId owner, UUID payment) {
    UUID refund = ids.next();
    execute(
        """
        insert into charge_refund (tenant_id, connection_id, provider_id, id, invoice_provider_id,
          amount_refunded, currency, created_at, updated_at)
        select tenant_id, connection_id, 'ch_' || provider_id, ?, provider_id, 100, 'eur', ?, ?
        from payment where tenant_id = ? and id = ?
        """,
        refund,
        now,
        now,
        owner.uuid(),
        payment);
    return refund;
  }

  /// A subscription of several items, whose prices nobody gave a name.
  void unnamedSubscription(TenantId owner, String provider, String items, String prices) {
    execute(
        """
        insert into subscription (tenant_id, connection_id, provider_id, id, customer_provider_id,
          provider_status, state, price, quantity, currency, unit_amount, items, prices, created_at,
          updated_at, as_of)
        values (?, ?, ?, ?, 'cus_unknown', 'active', 'active', 'price_1Qsecret', 1, 'eur', 1900, ?,
          ?::text[], ?, ?, now())
        """,
        owner.uuid(),
        connection,
        provider,
        ids.next(),
        items,
        prices,
        now,
        now);
  }

  private void execute(String statement, Object... values) {
    try (PreparedStatement prepared = sql.prepareStatement(statement)) {
      for (int i = 0; i < values.length; i++) {
        // A timestamp without its type leaves PostgreSQL to guess what `? - interval` means.
        prepared.setObject(
            i + 1, values[i] instanceof Instant at ? at.atOffset(ZoneOffset.UTC) : values[i]);
      }
      int _ = prepared.executeUpdate();
    } catch (SQLException e) {
      throw new IllegalStateException(statement, e);
    }
  }

  @Override
  public void close() {
    database.close();
    try {
      sql.close();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    testDatabase.close();
  }
}

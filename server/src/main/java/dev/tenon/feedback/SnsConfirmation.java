package dev.tenon.feedback;

import dev.tenon.connection.Connection;
import dev.tenon.connection.ConnectionId;
import dev.tenon.connection.Connections;
import dev.tenon.connector.email.ses.SnsHosts;
import dev.tenon.connector.email.ses.SnsMessage;
import dev.tenon.connector.http.HttpCall;
import dev.tenon.connector.http.HttpResult;
import dev.tenon.connector.http.ProviderHttp;
import dev.tenon.db.Database;
import dev.tenon.tenant.TenantId;
import dev.tenon.work.Job;
import dev.tenon.work.JobEnd;
import dev.tenon.work.JobHandler;
import dev.tenon.work.Jobs;
import dev.tenon.work.NewJob;
import dev.tenon.work.RetrySchedule;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Says yes to Amazon SNS, which asks whether a connection's subscription of its topic is meant.
/// The question was signed and is about the topic that the connection names; the address in it is
/// visited where SNS itself is, and nowhere else.
public final class SnsConfirmation implements JobHandler {
  static final String KIND = "ses.confirm";
  private static final Duration CALL_MAX = Duration.ofSeconds(10);

  private final Database database;
  private final Connections connections;
  private final ProviderHttp http;

  public SnsConfirmation(Database database, Connections connections, ProviderHttp http) {
    this.database = database;
    this.connections = connections;
    this.http = http;
  }

  /// The payload is the connection and the address, parted by a blank.
  static NewJob job(UUID connection, byte[] body, UUID cause) {
    URI address = SnsMessage.read(body).map(SnsMessage::subscribeUrl).orElse(null);
    return NewJob.of(KIND, connection + " " + (address == null ? "" : address), cause);
  }

  @Override
  public String kind() {
    return KIND;
  }

  /// SNS's token is good for three days; these are 13 tries within one.
  @Override
  public RetrySchedule schedule() {
    return RetrySchedule.FACTS;
  }

  @Override
  public void run(TenantId tenant, List<Job> batch, Jobs jobs) {
    for (Job job : batch) {
      JobEnd end = confirm(tenant, job.payload());
      database.useEngine(tx -> jobs.endHeld(tx, Map.of(job, end)));
    }
  }

  private JobEnd confirm(TenantId tenant, String payload) {
    int blank = payload.indexOf(' ');
    Optional<Connection> connection =
        database.asTenant(
            tenant,
            tx ->
                connections.find(
                    tx, new ConnectionId(UUID.fromString(payload.substring(0, blank)))));
    if (connection.isEmpty()) {
      return new JobEnd.Done("the connection is not there any more");
    }
    SnsHosts hosts = MailWebhooks.hosts(connection.get().settings());
    URI address = uri(payload.substring(blank + 1));
    if (address == null || !hosts.isConfirmation(address)) {
      return new JobEnd.Dead("the address to confirm at is not SNS's in the region of the topic");
    }
    return switch (http.call(HttpCall.get(address, Map.of()).within(CALL_MAX))) {
      case HttpResult.Answered answer when answer.status() / 100 == 2 ->
          new JobEnd.Done("SNS sends what is published to the topic from now on");
      case HttpResult.Answered answer when answer.status() >= 500 || answer.status() == 429 ->
          new JobEnd.Failed("SNS answered " + answer.status(), null);
      case HttpResult.Answered answer ->
          new JobEnd.Dead(
              "SNS answered %d. Have it ask again at the topic's subscriptions"
                  .formatted(answer.status()));
      case HttpResult.NotSent(String why) -> new JobEnd.Failed(why, null);
      case HttpResult.MaybeSent(String why) -> new JobEnd.Failed(why, null);
      case HttpResult.TooLong(String why) -> new JobEnd.Failed(why, null);
    };
  }

  private static @Nullable URI uri(String text) {
    try {
      return URI.create(text);
    } catch (IllegalArgumentException _) {
      return null;
    }
  }
}

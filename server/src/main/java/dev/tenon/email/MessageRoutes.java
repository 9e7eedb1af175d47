package dev.tenon.email;

import dev.tenon.access.Scope;
import dev.tenon.connector.email.InvalidEmailException;
import dev.tenon.connector.template.TemplateException;
import dev.tenon.db.Database;
import dev.tenon.http.Page;
import dev.tenon.http.ProblemException;
import dev.tenon.http.Request;
import dev.tenon.http.Routes;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import dev.tenon.work.Jobs;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// `/v1/tenants/{tenant}/messages`.
public final class MessageRoutes {
  private final Database database;
  private final Messages messages;
  private final Jobs jobs;

  private MessageRoutes(Database database, Messages messages, Jobs jobs) {
    this.database = database;
    this.messages = messages;
    this.jobs = jobs;
  }

  public static void declare(Routes routes, Database database, Messages messages, Jobs jobs) {
    var here = new MessageRoutes(database, messages, jobs);
    String path = "/v1/tenants/{tenant}/messages";
    routes
        .post(
            path,
            Scope.EMAIL_WRITE,
            SendMessage.class,
            MessageView.class,
            "Send a message",
            here::send)
        .answers(202);
    routes.list(path, Scope.EMAIL_READ, MessageView.class, "List the messages", here::list);
    routes.get(
        path + "/{message}", Scope.EMAIL_READ, MessageView.class, "Get a message", here::get);
  }

  /// A message to send from a template.
  public record SendMessage(String template, String to, @Nullable Map<String, Object> data) {}

  /// A message in the API.
  ///
  /// @param provider who really sent it, null until somebody did
  public record MessageView(
      String id,
      String state,
      String to,
      String from,
      String subject,
      @Nullable String template,
      @Nullable String provider,
      @Nullable String providerMessageId,
      @Nullable String reason,
      Instant createdAt,
      @Nullable Instant sentAt) {}

  private MessageView send(Request request, SendMessage body) {
    Map<String, Object> data = body.data();
    try {
      UUID id =
          database.asTenant(
              request.tenant(),
              tx ->
                  messages.send(
                      tx,
                      new TemplateMail(
                          null,
                          body.template(),
                          "",
                          body.to(),
                          data == null ? Map.of() : data,
                          null,
                          null)));
      jobs.announce();
      return find(request, id);
    } catch (TemplateException e) {
      throw ProblemException.invalidField("template", String.valueOf(e.getMessage()));
    } catch (InvalidEmailException e) {
      throw ProblemException.invalidField("to", String.valueOf(e.getMessage()));
    } catch (Messages.NoSenderException e) {
      throw ProblemException.invalidField("from", String.valueOf(e.getMessage()));
    }
  }

  private MessageView get(Request request) {
    return find(
        request,
        Ids.read(Prefix.MESSAGE, request.path("message")).orElseThrow(ProblemException::notFound));
  }

  private MessageView find(Request request, UUID id) {
    return database
        .asTenant(
            request.tenant(),
            tx ->
                tx.handle()
                    .createQuery("select * from message where tenant_id = :tenant and id = :id")
                    .bind("tenant", request.tenant().uuid())
                    .bind("id", id)
                    .map((row, context) -> view(row))
                    .findOne())
        .orElseThrow(ProblemException::notFound);
  }

  private record Row(UUID id, MessageView view) {}

  private Page<MessageView> list(Request request) {
    Page.Ask ask = request.page();
    List<Row> rows =
        database.asTenant(
            request.tenant(),
            tx ->
                tx.handle()
                    .createQuery(
                        """
                        select * from message
                        where tenant_id = :tenant and (:before::uuid is null or id < :before::uuid)
                        order by id desc limit :limit
                        """)
                    .bind("tenant", request.tenant().uuid())
                    .bind("before", ask.before().orElse(null))
                    .bind("limit", ask.rows())
                    .map((row, context) -> new Row(row.getObject("id", UUID.class), view(row)))
                    .list());
    return Page.of(ask, rows, Row::id, Row::view);
  }

  private static MessageView view(ResultSet row) throws SQLException {
    OffsetDateTime sentAt = row.getObject("sent_at", OffsetDateTime.class);
    return new MessageView(
        Ids.write(Prefix.MESSAGE, row.getObject("id", UUID.class)),
        row.getString("state"),
        row.getString("recipient"),
        row.getString("sender"),
        row.getString("subject"),
        row.getString("template"),
        row.getString("sent_by"),
        row.getString("provider_message_id"),
        row.getString("reason"),
        row.getObject("created_at", OffsetDateTime.class).toInstant(),
        sentAt == null ? null : sentAt.toInstant());
  }
}

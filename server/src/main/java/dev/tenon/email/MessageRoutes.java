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
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// `/v1/tenants/{tenant}/messages`.
public final class MessageRoutes {
  private final MessageQueries queries = new MessageQueries();
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
        .asTenant(request.tenant(), tx -> queries.find(tx, id))
        .orElseThrow(ProblemException::notFound);
  }

  private Page<MessageView> list(Request request) {
    Page.Ask ask = request.page();
    return Page.of(
        ask,
        database.asTenant(request.tenant(), tx -> queries.list(tx, ask.before(), ask.rows())),
        MessageQueries.Row::id,
        MessageQueries.Row::view);
  }
}

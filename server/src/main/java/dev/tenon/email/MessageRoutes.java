package dev.tenon.email;

import dev.tenon.access.Scope;
import dev.tenon.connector.email.InvalidEmailException;
import dev.tenon.connector.template.TemplateException;
import dev.tenon.db.Database;
import dev.tenon.email.MessageViews.MessageView;
import dev.tenon.email.MessageViews.ResendMessage;
import dev.tenon.http.Page;
import dev.tenon.http.ProblemCode;
import dev.tenon.http.ProblemException;
import dev.tenon.http.Request;
import dev.tenon.http.Routes;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import dev.tenon.template.TemplateProblems;
import dev.tenon.work.Jobs;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// `/v1/tenants/{tenant}/messages`.
public final class MessageRoutes {
  private final MessageQueries queries = new MessageQueries();
  private final Database database;
  private final Messages messages;
  private final ConfiguredEmail connections;
  private final Jobs jobs;

  private MessageRoutes(
      Database database, Messages messages, ConfiguredEmail connections, Jobs jobs) {
    this.database = database;
    this.messages = messages;
    this.connections = connections;
    this.jobs = jobs;
  }

  public static void declare(
      Routes routes, Database database, Messages messages, ConfiguredEmail connections, Jobs jobs) {
    var here = new MessageRoutes(database, messages, connections, jobs);
    String path = "/v1/tenants/{tenant}/messages";
    routes
        .post(
            path,
            Scope.EMAIL_WRITE,
            SendMessage.class,
            MessageView.class,
            "Send a message",
            here::send)
        .answers(202)
        .repeatable();
    routes.list(path, Scope.EMAIL_READ, MessageView.class, "List the messages", here::list);
    routes.get(
        path + "/{message}", Scope.EMAIL_READ, MessageView.class, "Get a message", here::get);
    routes.act(
        path + "/{message}/cancel",
        Scope.EMAIL_WRITE,
        MessageView.class,
        "Cancel a message",
        here::cancel);
    routes
        .post(
            path + "/{message}/resend",
            Scope.EMAIL_WRITE,
            ResendMessage.class,
            MessageView.class,
            "Resend a message",
            here::resend)
        .answers(202)
        .repeatable();
  }

  private MessageView send(Request request, SendMessage body) {
    if (body.sendAt() != null) {
      Optional<MessageView> stored = stored(request);
      if (stored.isPresent()) {
        // Its time may be past by now, which is no reason to refuse what was taken.
        return stored.get();
      }
    }
    MailRequest mail =
        SendMessage.read(
            body,
            request.effect().orElse(null),
            named(request, body.provider()),
            messages.now());
    try {
      UUID id = database.asTenant(request.tenant(), tx -> messages.send(tx, mail));
      jobs.announce();
      return find(request, id);
    } catch (TemplateException e) {
      throw TemplateProblems.of(e, "template");
    } catch (InvalidEmailException e) {
      throw ProblemException.invalidField(e.field(), String.valueOf(e.getMessage()));
    } catch (Messages.NoSenderException e) {
      throw ProblemException.invalidField(
          "from", e.getMessage() + "; create one at …/senders, or name one here.");
    } catch (Messages.NotOwnedException e) {
      throw new ProblemException(
          ProblemCode.EMAIL_SENDER_NOT_OWNED, String.valueOf(e.getMessage()), "from");
    }
  }

  /// What an earlier run of the same request stored that never answered.
  private Optional<MessageView> stored(Request request) {
    return request
        .effect()
        .flatMap(id -> database.asTenant(request.tenant(), tx -> queries.find(tx, id)));
  }

  /// The connection that a message names: by its id, or the first to a provider of that name.
  private @Nullable UUID named(Request request, @Nullable String provider) {
    if (provider == null) {
      return null;
    }
    List<EmailConnections.Ready> all = connections.all(request.tenant());
    return all.stream()
        .filter(
            one ->
                one.provider().name().equals(provider)
                    || Ids.write(Prefix.CONNECTION, one.connection()).equals(provider))
        .findFirst()
        .map(EmailConnections.Ready::connection)
        .orElseThrow(
            () ->
                new ProblemException(
                    ProblemCode.EMAIL_PROVIDER_NOT_CONFIGURED,
                    "'%s' is not on this tenant's email routing; there are: %s."
                        .formatted(
                            provider.substring(0, Math.min(provider.length(), 60)),
                            all.isEmpty()
                                ? "none"
                                : all.stream()
                                    .map(EmailConnections.Ready::name)
                                    .collect(Collectors.joining(", "))),
                    "provider"));
  }

  private MessageView cancel(Request request) {
    MessageView before = get(request);
    UUID id = id(request);
    if (!database.asTenant(request.tenant(), tx -> messages.cancel(tx, id))
        && !before.state().equals("cancelled")) {
      throw new ProblemException(
          ProblemCode.REQUEST_CONFLICT,
          "Only a message that certainly has not been sent can be cancelled; this one is %s."
              .formatted(find(request, id).state()));
    }
    return find(request, id);
  }

  private MessageView resend(Request request, ResendMessage body) {
    MessageView before = get(request);
    if (before.state().equals("queued") || before.state().equals("sending")) {
      throw new ProblemException(
          ProblemCode.REQUEST_CONFLICT,
          "The message is %s: wait for its end, or cancel it.".formatted(before.state()));
    }
    if (before.state().equals("uncertain") && before.nextTryAt() != null) {
      throw new ProblemException(
          ProblemCode.REQUEST_CONFLICT,
          "The message may have been sent, and its provider is still being asked: wait for the end.");
    }
    UUID made =
        database
            .asTenant(
                request.tenant(),
                tx ->
                    messages.resend(
                        tx,
                        id(request),
                        request.effect().orElse(null),
                        MessageViews.policy(body.policy(), before.policy()),
                        MailPriority.of(before.priority())))
            .orElseThrow(ProblemException::notFound);
    jobs.announce();
    return find(request, made);
  }

  private static UUID id(Request request) {
    return Ids.read(Prefix.MESSAGE, request.path("message"))
        .orElseThrow(ProblemException::notFound);
  }

  private MessageView get(Request request) {
    return find(request, id(request));
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

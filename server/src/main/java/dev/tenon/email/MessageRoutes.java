package dev.tenon.email;

import dev.tenon.access.Scope;
import dev.tenon.connector.email.EmailAddress;
import dev.tenon.connector.email.InvalidEmailException;
import dev.tenon.connector.template.TemplateException;
import dev.tenon.db.Database;
import dev.tenon.http.About;
import dev.tenon.http.Page;
import dev.tenon.http.ProblemCode;
import dev.tenon.http.ProblemException;
import dev.tenon.http.Request;
import dev.tenon.http.Routes;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import dev.tenon.work.Jobs;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// `/v1/tenants/{tenant}/messages`.
public final class MessageRoutes {
  private static final int ADDRESSES_MAX = 50;

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

  /// What to do when nobody knows whether a mail was sent.
  public enum Policy {
    AT_MOST_ONCE,
    AT_LEAST_ONCE
  }

  /// A message to send: a template with its data, or a subject with HTML, text or both.
  public record SendMessage(
      @About("`ada@example.org` or `Ada <ada@example.org>`.") String to,
      @About("More recipients; with cc and bcc 50 in all.") @Nullable List<String> alsoTo,
      @Nullable List<String> cc,
      @Nullable List<String> bcc,
      @Nullable List<String> replyTo,
      @About("One of the tenant's senders; the default one where it is left out.")
          @Nullable String from,
      @Nullable String template,
      @About("The template's variables.") @Nullable Map<String, Object> data,
      @Nullable String subject,
      @Nullable String html,
      @Nullable String text,
      @About("`outbound` where it is left out.") @Nullable String stream,
      @About("A provider's name, or a connection's id: it is used alone, without fallback.")
          @Nullable String provider,
      @About("`at_most_once` (never risk a second mail) where it is left out, or `at_least_once`.")
          @Nullable Policy policy,
      @About("Comes back with the provider's reports.") @Nullable Map<String, String> metadata) {}

  /// How a message is to be sent once more.
  public record ResendMessage(@Nullable Policy policy) {}

  /// One try at one provider.
  public record AttemptView(
      int number,
      String provider,
      String connection,
      @About("`sending`, or `looking` when the provider was only asked.") String kind,
      String outcome,
      @Nullable Integer status,
      @Nullable String code,
      @About("What the provider said.") @Nullable String detail,
      @About("Why this was tried.") @Nullable String decision,
      @Nullable String requestId,
      @Nullable String providerMessageId,
      @About("Whom the provider will not deliver to, although it took the message for the others.")
          List<String> refusedRecipients,
      Instant startedAt,
      @Nullable Instant endedAt) {}

  /// A message in the API.
  public record MessageView(
      String id,
      String state,
      String to,
      String from,
      String subject,
      @Nullable String template,
      String stream,
      String policy,
      @About("Who really sent it; null until somebody did.") @Nullable String provider,
      @Nullable String providerMessageId,
      @About("Why it is in its state, in words.") @Nullable String reason,
      @About("Oldest first; only when one message is got.") @Nullable List<AttemptView> attempts,
      @About("When it is tried or asked about next; null when nothing follows by itself.")
          @Nullable Instant nextTryAt,
      Instant createdAt,
      @Nullable Instant sentAt) {}

  private MessageView send(Request request, SendMessage body) {
    MailRequest mail = mail(request, body);
    try {
      UUID id = database.asTenant(request.tenant(), tx -> messages.send(tx, mail));
      jobs.announce();
      return find(request, id);
    } catch (TemplateException e) {
      throw ProblemException.invalidField("template", String.valueOf(e.getMessage()));
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

  private MailRequest mail(Request request, SendMessage body) {
    List<EmailAddress> to = new ArrayList<>(List.of(Addresses.read("to", body.to())));
    to.addAll(addresses("also_to", body.alsoTo()));
    String from = body.from();
    Map<String, String> metadata = body.metadata();
    Policy policy = body.policy();
    return new MailRequest(
        request.effect().orElse(null),
        from == null ? null : Addresses.read("from", from),
        to,
        addresses("cc", body.cc()),
        addresses("bcc", body.bcc()),
        addresses("reply_to", body.replyTo()),
        content(body),
        body.stream() == null ? Messages.STREAM : body.stream(),
        policy == null ? Messages.POLICY : policy.name().toLowerCase(Locale.ROOT),
        named(request, body.provider()),
        metadata == null ? Map.of() : metadata);
  }

  private static MailRequest.Content content(SendMessage body) {
    String template = body.template();
    if (template == null) {
      return new MailRequest.Content.Parts(
          text(body.subject()), text(body.html()), text(body.text()));
    }
    if (body.subject() != null || body.html() != null || body.text() != null) {
      throw ProblemException.invalidField(
          "template", "Send a template, or subject with html or text; not both.");
    }
    Map<String, Object> data = body.data();
    return new MailRequest.Content.Template(template, data == null ? Map.of() : data);
  }

  private static String text(@Nullable String value) {
    return value == null ? "" : value;
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

  private static List<EmailAddress> addresses(String field, @Nullable List<String> texts) {
    if (texts == null) {
      return List.of();
    }
    if (texts.size() > ADDRESSES_MAX) {
      throw ProblemException.invalidField(field, "At most 50 addresses.");
    }
    List<EmailAddress> out = new ArrayList<>(texts.size());
    for (int i = 0; i < texts.size(); i++) {
      out.add(Addresses.read("%s[%d]".formatted(field, i), texts.get(i)));
    }
    return out;
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
    Policy policy = body.policy();
    UUID made =
        database
            .asTenant(
                request.tenant(),
                tx ->
                    messages.resend(
                        tx,
                        id(request),
                        request.effect().orElse(null),
                        policy == null ? before.policy() : policy.name().toLowerCase(Locale.ROOT)))
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

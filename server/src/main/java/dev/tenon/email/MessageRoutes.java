package dev.tenon.email;

import dev.tenon.access.Scope;
import dev.tenon.connector.email.EmailAddress;
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
import dev.tenon.work.Jobs;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// `/v1/tenants/{tenant}/messages`.
public final class MessageRoutes {
  /// What the messages of a batch are together at most, as they are stored.
  private static final long BATCH_BYTES_MAX = 50L << 20;

  /// What a batch takes of the memory for long messages while it is made.
  private static final int BATCH_ROOM_BYTES = 8 << 20;

  /// Later than any id.
  private static final UUID NONE_BEFORE = new UUID(-1L, -1L);

  private static final int WORD_CHARS_MAX = 200;

  private final MessageQueries queries = new MessageQueries();
  private final LongMails room = new LongMails();
  private final Database database;
  private final Messages messages;
  private final ConfiguredEmail connections;
  private final MessageActs acts;
  private final Jobs jobs;

  private MessageRoutes(
      Database database, Messages messages, ConfiguredEmail connections, Jobs jobs) {
    this.database = database;
    this.messages = messages;
    this.connections = connections;
    this.acts = new MessageActs(database, messages, connections, jobs);
    this.jobs = jobs;
  }

  /// Declares the routes.
  ///
  /// @param bodyBytesMax of a message with its files in base64
  public static void declare(
      Routes routes,
      Database database,
      Messages messages,
      ConfiguredEmail connections,
      Jobs jobs,
      int bodyBytesMax) {
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
        .bodyBytesMax(bodyBytesMax)
        .repeatable();
    routes
        .post(
            path + "/batch",
            Scope.EMAIL_WRITE,
            SendBatch.class,
            BatchViews.BatchView.class,
            "Send many messages",
            here::sendBatch)
        .answers(202)
        .bodyBytesMax(bodyBytesMax)
        .repeatable();
    routes
        .list(path, Scope.EMAIL_READ, MessageView.class, "List the messages", here::list)
        .query("state", "Only those in this state.")
        .query("recipient", "Only those to this address, also as a copy.")
        .query("template", "Only those that were made from this template.")
        .query("stream", "Only those of this stream.")
        .query("tag", "Only those with this tag.")
        .query("since", "Only those accepted from this time on, as RFC 3339.")
        .query("until", "Only those accepted before this time, as RFC 3339.");
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
    MailRequest mail =
        SendMessage.read(
            body,
            request.effect().orElse(null),
            named(request, body.provider()),
            messages.now(),
            request.isTakenUp());
    checkCarried(request, mail.stream(), mail.named());
    UUID id = take(request, mail);
    jobs.announce();
    return find(request, id);
  }

  private UUID take(Request request, MailRequest mail) {
    int bytes = mail.files().stream().mapToInt(file -> file.base64().length()).sum();
    try {
      return bytes < LongMails.BYTES_MIN
          ? store(request, mail)
          : room.get(bytes, () -> store(request, mail));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ProblemException(ProblemCode.SERVER_BUSY);
    }
  }

  private UUID store(Request request, MailRequest mail) {
    try {
      return database.asTenant(request.tenant(), tx -> messages.send(tx, mail));
    } catch (TemplateException
        | InvalidEmailException
        | Messages.NoSenderException
        | Messages.NotOwnedException e) {
      throw MailProblems.of(e);
    }
  }

  /// Up to 1,000 messages of one request. What all share is refused as a whole, what is one
  /// recipient's own in its place.
  private BatchViews.BatchView sendBatch(Request request, SendBatch body) {
    List<SendMessage> each = body.each();
    UUID named = named(request, body.provider());
    Instant now = messages.now();
    List<@Nullable ProblemException> problems = new ArrayList<>();
    List<MailRequest> mails = new ArrayList<>();
    for (int i = 0; i < each.size(); i++) {
      try {
        mails.add(
            SendMessage.read(
                each.get(i), BatchViews.id(request.effect(), i), named, now, request.isTakenUp()));
        problems.add(null);
      } catch (ProblemException e) {
        if (body.isCommon(e)) {
          throw e;
        }
        problems.add(e);
      }
    }
    if (!mails.isEmpty()) {
      checkCarried(request, mails.getFirst().stream(), named);
    }
    List<Messages.Taken> taken = takeAll(request, mails);
    refuseWhole(body, taken);
    jobs.announce();
    return BatchViews.of(problems, taken);
  }

  /// Where none was taken for a reason that is the same for all, such as a template that isn't
  /// there.
  private static void refuseWhole(SendBatch body, List<Messages.Taken> taken) {
    if (!taken.isEmpty()
        && taken.getFirst() instanceof Messages.Taken.Refused first
        && taken.stream().allMatch(one -> one instanceof Messages.Taken.Refused)) {
      ProblemException problem = MailProblems.of(first.why());
      if (body.isCommon(problem)) {
        throw problem;
      }
    }
  }

  private List<Messages.Taken> takeAll(Request request, List<MailRequest> mails) {
    try {
      return room.get(
          BATCH_ROOM_BYTES,
          () ->
              database.asTenant(
                  request.tenant(), tx -> messages.sendAll(tx, mails, BATCH_BYTES_MAX)));
    } catch (Messages.NoSenderException | Messages.NotOwnedException e) {
      throw MailProblems.of(e);
    } catch (Messages.TooMuchException _) {
      throw ProblemException.invalidField(
          "messages",
          "The messages are longer than %d MB together as they are stored: send fewer at once."
              .formatted(BATCH_BYTES_MAX >> 20));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ProblemException(ProblemCode.SERVER_BUSY);
    }
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

  /// Refuses what no connection on its way would carry: it could only wait for somebody who maps
  /// the stream. Where there is no connection at all the mail waits for one, as ever. A request
  /// that is taken up may have stored it already.
  private void checkCarried(Request request, String stream, @Nullable UUID named) {
    List<EmailConnections.Ready> way = connections.of(request.tenant(), stream, named);
    if (!way.isEmpty()
        && !request.isTakenUp()
        && way.stream().noneMatch(one -> one.provider().carries(stream))) {
      throw ProblemException.invalidField(
          "stream",
          "No connection on the way of this stream carries it: map it in the settings of one of %s."
              .formatted(
                  way.stream()
                      .map(EmailConnections.Ready::name)
                      .collect(Collectors.joining(", "))));
    }
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
    acts.whyNot(request.tenant(), id(request), before)
        .ifPresent(
            why -> {
              throw new ProblemException(ProblemCode.REQUEST_CONFLICT, why);
            });
    UUID made = again(request, body, before);
    jobs.announce();
    return find(request, made);
  }

  private UUID again(Request request, ResendMessage body, MessageView before) {
    try {
      return database
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
    } catch (Messages.NotOwnedException | InvalidEmailException e) {
      throw MailProblems.of(e);
    }
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
    MessageFilter filter = filter(request);
    UUID before = ask.before().orElse(NONE_BEFORE);
    return database.asTenant(
        request.tenant(),
        tx ->
            Page.searched(
                ask,
                queries.list(tx, filter, before, ask.rows()),
                MessageQueries.Row::id,
                MessageQueries.Row::view,
                () -> queries.searchedTo(tx, filter, before)));
  }

  private static MessageFilter filter(Request request) {
    String state = request.query("state").orElse("");
    if (!state.isEmpty() && !MessageFilter.STATES.contains(state)) {
      throw wrong("state", "`state` is one of " + String.join(", ", MessageFilter.STATES) + ".");
    }
    String recipient =
        request
            .query("recipient")
            .map(
                text ->
                    EmailAddress.comparable(text)
                        .orElseThrow(() -> wrong("recipient", "`recipient` is no address.")))
            .orElse("");
    return new MessageFilter(
        state,
        recipient,
        word(request, "template"),
        word(request, "stream"),
        word(request, "tag"),
        "",
        request.queryTime("since").orElse(Instant.EPOCH),
        request.queryTime("until").orElse(Request.LATEST));
  }

  private static String word(Request request, String name) {
    String text = request.query(name).orElse("");
    if (text.length() > WORD_CHARS_MAX) {
      throw wrong(name, "`%s` is %d characters at most.".formatted(name, WORD_CHARS_MAX));
    }
    return text;
  }

  private static ProblemException wrong(String param, String detail) {
    return new ProblemException(ProblemCode.REQUEST_INVALID_QUERY, detail, param);
  }
}

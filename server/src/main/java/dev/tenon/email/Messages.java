package dev.tenon.email;

import dev.tenon.connector.email.InvalidEmailException;
import dev.tenon.connector.template.EmailTemplates;
import dev.tenon.connector.template.TemplateException;
import dev.tenon.db.TenantTx;
import dev.tenon.event.Events;
import dev.tenon.event.NewEvent;
import dev.tenon.id.Ids;
import dev.tenon.number.Figures;
import dev.tenon.number.MailTally;
import dev.tenon.work.Jobs;
import dev.tenon.work.NewJob;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes mails in: rendered, checked, stored with the job that sends them, all in the caller's
/// transaction. Accepted means stored.
public final class Messages {
  private static final Logger LOG = LoggerFactory.getLogger(Messages.class);
  static final String STREAM = "outbound";
  static final String POLICY = "at_most_once";
  private static final int STATEMENT_ROWS_MAX = 250;
  private static final long STATEMENT_BYTES_MAX = 4L << 20;

  private final MessageStore store = new MessageStore();
  private final NewMessages rows;
  private final MailMaker maker;
  private final MailSeal seal;
  private final Jobs jobs;
  private final Events events;
  private final MailTally tally;
  private final Ids ids;
  private final InstantSource clock;

  public Messages(
      EmailTemplates templates, MailSeal seal, Jobs jobs, Ids ids, InstantSource clock) {
    this(new MailMaker(templates, MailDefaults.NONE, clock), seal, jobs, ids, clock);
  }

  public Messages(MailMaker maker, MailSeal seal, Jobs jobs, Ids ids, InstantSource clock) {
    this(maker, seal, jobs, MailTally.NONE, ids, clock);
  }

  public Messages(
      MailMaker maker, MailSeal seal, Jobs jobs, MailTally tally, Ids ids, InstantSource clock) {
    this.tally = tally;
    this.rows = new NewMessages(maker, seal, ids);
    this.maker = maker;
    this.seal = seal;
    this.jobs = jobs;
    this.events = new Events(ids, clock);
    this.ids = ids;
    this.clock = clock;
  }

  /// Queues mails that follow from facts. Each becomes a message, whatever is wrong with it:
  /// without a sender it waits for one, and one that nobody can send is stored as failed, with the
  /// reason and the event that tells of it. The fact itself is applied all the same.
  public void queue(TenantTx tx, List<TemplateMail> mails) {
    queue(tx, mails, null);
  }

  /// The same for mails that are sent from a time on, unless they are withdrawn before.
  public void queueFor(TenantTx tx, List<TemplateMail> mails, Instant notBefore) {
    queue(tx, mails, notBefore);
  }

  /// Takes back mails that wait, by their `onceKey`; those that are under way or sent stay.
  public void withdraw(TenantTx tx, List<String> onceKeys, String reason) {
    if (!onceKeys.isEmpty()) {
      store.withdraw(tx, onceKeys, reason, clock.instant());
    }
  }

  private void queue(TenantTx tx, List<TemplateMail> mails, @Nullable Instant notBefore) {
    if (mails.isEmpty()) {
      return;
    }
    Optional<Sender> sender = maker.sender(tx);
    if (sender.isEmpty()) {
      LOG.warn(
          "{} mails of {} wait: no default sender is set; create one at …/senders",
          mails.size(),
          tx.tenant());
    }
    insert(tx, mails.stream().map(mail -> rows.following(tx, sender, mail, notBefore)).toList());
  }

  /// Queues one mail that somebody asked for, and answers its id.
  ///
  /// @throws InvalidEmailException when an address or the subject can't be sent by anybody
  /// @throws TemplateException when the template or a variable is missing; the message names it
  /// @throws NoSenderException when neither the tenant nor the platform has a default sender
  /// @throws NotOwnedException when `from` is not the tenant's
  UUID send(TenantTx tx, MailRequest mail) {
    MessageStore.NewMessage made = rows.asked(tx, mail);
    insert(tx, List.of(made));
    return made.id();
  }

  /// What became of one of many mails that were asked for at once.
  sealed interface Taken {
    /// It is stored, or was by an earlier run of the same request.
    record Accepted(UUID id) implements Taken {}

    /// It can't be sent, by anybody; `why` is one of what [#send] throws.
    record Refused(RuntimeException why) implements Taken {}
  }

  /// Queues many mails of one request, in few statements; one that can't be sent keeps none of the
  /// others. Answers in the order of `mails`.
  ///
  /// @throws NoSenderException as [#send]; so NotOwnedException, since they have one sender
  /// @throws TooMuchException when all together are longer than `bytesMax`
  List<Taken> sendAll(TenantTx tx, List<MailRequest> mails, long bytesMax) {
    var common = new Common(maker);
    List<Taken> taken = new ArrayList<>(mails.size());
    List<MessageStore.NewMessage> made = new ArrayList<>();
    long waiting = 0;
    long all = 0;
    for (MailRequest mail : mails) {
      try {
        MessageStore.NewMessage one = rows.asked(tx, mail, common);
        taken.add(new Taken.Accepted(one.id()));
        made.add(one);
        waiting += one.sealed().length;
        all += one.sealed().length;
      } catch (InvalidEmailException | TemplateException e) {
        taken.add(new Taken.Refused(e));
      }
      if (all > bytesMax) {
        throw new TooMuchException();
      }
      if (waiting > STATEMENT_BYTES_MAX || made.size() >= STATEMENT_ROWS_MAX) {
        insert(tx, made);
        made.clear();
        waiting = 0;
      }
    }
    insert(tx, made);
    return taken;
  }

  /// The mails of one request are too long together.
  static final class TooMuchException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /// The time by which requests are judged.
  Instant now() {
    return clock.instant();
  }

  /// Cancels a message that waits; false when it is under way or over.
  boolean cancel(TenantTx tx, UUID id) {
    return store.cancel(tx, id, "it was cancelled through the API", clock.instant());
  }

  /// Queues the same mail once more as a message of its own, and answers its id; empty when there
  /// is no such message. One that was to go through one connection alone does so again.
  ///
  /// @throws NotOwnedException when its sender is the tenant's no more
  /// @param copy the id to make it under, or null for a new one
  Optional<UUID> resend(
      TenantTx tx, UUID id, @Nullable UUID copy, String policy, MailPriority priority) {
    return store
        .again(tx, id)
        .map(
            before -> {
              MailContent content = MailContent.read(seal.open(tx.tenant(), id, before.sealed()));
              UUID made = copy == null ? ids.next() : copy;
              insert(tx, List.of(rows.again(tx, made, content, policy, priority, id, before)));
              return made;
            });
  }

  /// The connection that a message was to go through alone; empty for any, and for no message.
  Optional<UUID> named(TenantTx tx, UUID id) {
    return store.again(tx, id).flatMap(one -> Optional.ofNullable(one.named()));
  }

  /// There is no address to send from.
  public static final class NoSenderException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NoSenderException() {
      super(MailMaker.NO_SENDER);
    }
  }

  /// The tenant doesn't own the address that it wants to send from.
  public static final class NotOwnedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotOwnedException(String address) {
      super("'%s' is not a sender of this tenant".formatted(address));
    }
  }

  private void insert(TenantTx tx, List<MessageStore.NewMessage> made) {
    if (made.isEmpty()) {
      return;
    }
    Map<UUID, MessageStore.Inserted> inserted = new HashMap<>();
    store.insert(tx, made, clock.instant()).forEach(one -> inserted.put(one.id(), one));
    List<NewJob> work = new ArrayList<>(inserted.size());
    List<NewEvent> failed = new ArrayList<>();
    for (MessageStore.NewMessage message : made) {
      MessageStore.Inserted stored = inserted.get(message.id());
      if (stored == null) {
        continue;
      }
      if (!stored.state().equals("queued")) {
        tx.handle()
            .afterCommit(
                () ->
                    tally.add(tx.tenant(), message.stream(), "", Figures.ofUnsent(stored.state())));
        failed.add(
            MailEnd.told(
                message.labelled(),
                stored.state(),
                null,
                String.valueOf(stored.reason()),
                false,
                message.cause()));
      } else {
        work.add(
            new NewJob(
                EmailSender.KIND,
                1,
                message.id().toString(),
                message.cause(),
                message.priority().ofJob(),
                message.sendAt()));
      }
    }
    jobs.make(tx, work);
    events.tell(tx, failed);
  }
}

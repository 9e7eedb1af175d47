package dev.tenon;

import dev.tenon.config.Config;
import dev.tenon.inbox.InboundProvider;
import dev.tenon.inbox.Inbox;
import dev.tenon.inbox.InboxMeters;
import dev.tenon.inbox.InboxWriter;
import dev.tenon.inbox.Refusals;
import java.util.List;

/// Webhooks in: verified, sealed, and committed many at once; what is refused is counted.
record IntakeWiring(InboxWriter writer, Inbox inbox, Refusals refusals) {
  static IntakeWiring of(
      Config.Inbox settings,
      Foundation base,
      Signals signals,
      SealedDelivery sealed,
      List<InboundProvider> providers) {
    var writer =
        new InboxWriter(
            base.database().intakeSource(),
            signals.factsStored(),
            new InboxWriter.Limits(
                settings.writers(),
                settings.batchSizeMax(),
                InboxWriter.Limits.DEFAULT.batchBytes(),
                settings.waitingMax(),
                settings.waitingBytesMax(),
                InboxWriter.Limits.DEFAULT.waitMillis()),
            new InboxMeters(base.meters()));
    var inbox = new Inbox(providers, writer, sealed::seal, base.ids(), base.clock());
    var refusals = new Refusals(base.database(), base.meters(), base.clock());
    return new IntakeWiring(writer, inbox, refusals);
  }
}

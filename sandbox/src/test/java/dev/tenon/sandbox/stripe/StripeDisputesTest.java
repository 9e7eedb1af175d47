package dev.tenon.sandbox.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.stripe.exception.InvalidRequestException;
import com.stripe.model.Dispute;
import com.stripe.model.checkout.Session;
import com.stripe.param.DisputeUpdateParams;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Stripe's own Java SDK against the simulator: disputes.
class StripeDisputesTest extends StripeSimulatorRig {
  private String charge = "";

  @BeforeEach
  void sell() throws Exception {
    Session session = checkout(monthly());
    simulator.pay(session.getId());
    charge = stripe.v1().paymentIntents().list().getData().getFirst().getLatestCharge();
    simulator.registerEndpoint(sink.url(), SECRET);
  }

  @Test
  void aDisputeThatIsWonGivesTheMoneyBack() throws Exception {
    Dispute dispute = open();
    assertThat(dispute.getStatus()).isEqualTo("needs_response");
    assertThat(dispute.getCharge()).isEqualTo(charge);
    assertThat(dispute.getAmount()).isEqualTo(2000);
    assertThat(dispute.getEvidenceDetails().getDueBy()).isPositive();
    assertThat(stripe.v1().charges().retrieve(charge).getDisputed()).isTrue();

    Dispute answered =
        stripe
            .v1()
            .disputes()
            .update(
                dispute.getId(),
                DisputeUpdateParams.builder()
                    .setEvidence(
                        DisputeUpdateParams.Evidence.builder()
                            .setProductDescription("A plan")
                            .build())
                    .setSubmit(true)
                    .build());
    assertThat(answered.getStatus()).isEqualTo("under_review");

    control("/_sandbox/disputes/" + dispute.getId() + "/win");
    Dispute won = stripe.v1().disputes().retrieve(dispute.getId());
    assertThat(won.getStatus()).isEqualTo("won");
    assertThat(won.getBalanceTransactions()).hasSize(2);
    idle();
    assertThat(types())
        .containsExactly(
            "charge.dispute.created",
            "charge.dispute.funds_withdrawn",
            "charge.dispute.updated",
            "charge.dispute.updated",
            "charge.dispute.closed",
            "charge.dispute.funds_reinstated");
  }

  @Test
  void oneThatIsGivenUpIsLostAndStaysSo() throws Exception {
    Dispute dispute = open();
    assertThat(stripe.v1().disputes().close(dispute.getId()).getStatus()).isEqualTo("lost");
    assertThatThrownBy(() -> stripe.v1().disputes().close(dispute.getId()))
        .isInstanceOf(InvalidRequestException.class);
    assertThat(stripe.v1().disputes().list().getData()).hasSize(1);
  }

  private Dispute open() throws Exception {
    control("/_sandbox/charges/" + charge + "/dispute");
    return stripe.v1().disputes().list().getData().getFirst();
  }
}

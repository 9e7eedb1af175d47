package dev.tenon.id;

/// Every prefix that an id of ours can carry, in one table. A prefix says at first sight what an id
/// names, and never changes its meaning.
public enum Prefix {
  API_KEY("key"),
  ATTEMPT("att"),
  CONNECTION("con"),
  CUSTOMER("cus"),
  DELIVERY("dlv"),
  DISPUTE("dsp"),
  ENDPOINT("ep"),
  EVENT("evt"),
  FACT("fct"),
  JOB("job"),
  MESSAGE("msg"),
  PAYMENT("pay"),
  RECEIVED_EVENT("rev"),
  RECONCILIATION("rec"),
  REFUND("rfd"),
  REPLAY("rpl"),
  REQUEST("req"),
  SUBSCRIPTION("sub"),
  SUPPRESSION("sup"),
  TENANT("ten"),
  USER("usr");

  private final String text;

  Prefix(String text) {
    this.text = text;
  }

  /// The prefix as it is written, without the underscore.
  public String text() {
    return text;
  }
}

package dev.tenon;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;

/// What the operations are called with that take a body. A new one needs a line here.
final class RouteBodies {
  /// A good body for each operation that takes one; `%s` is the price at the sandbox, `{mail}` the
  /// caller's connection for mail.
  private static final Map<String, String> BODIES =
      Map.ofEntries(
          Map.entry("createATenant", "{\"name\": \"Made by the walk\"}"),
          Map.entry("createAnApiKey", "{\"name\": \"walk\", \"scopes\": [\"email:read\"]}"),
          Map.entry(
              "createAConnection",
              "{\"provider\": \"postmark\", \"name\": \"Mail\", \"environment\": \"staging\"}"),
          Map.entry("updateAConnection", "{\"name\": \"Renamed\"}"),
          Map.entry("createACustomer", "{\"email\": \"ada@customer.test\", \"name\": \"Ada\"}"),
          Map.entry("updateACustomer", "{\"name\": \"Ada L\"}"),
          Map.entry(
              "createACheckoutSession",
              """
              {"price": "%s", "email": "ada@customer.test", "success_url": "https://a.test/yes",
               "cancel_url": "https://a.test/no"}
              """),
          Map.entry(
              "createASessionOfTheCustomerPortal",
              "{\"customer\": \"cus_x\", \"return_url\": \"https://a.test/\"}"),
          Map.entry("replaceThePricesThatTheTenantMaySell", "{\"prices\": [\"%s\"]}"),
          Map.entry("refundAPayment", "{\"amount\": 100, \"reason\": \"duplicate\"}"),
          Map.entry(
              "chooseWhichMailsAboutPaymentsAreSent", "{\"off\": [\"subscription-confirmation\"]}"),
          Map.entry("cancelASubscriptionAtTheEndOfThePaidPeriodOrNow", "{\"at\": \"now\"}"),
          Map.entry("changeThePriceOrQuantityOfASubscription", "{\"quantity\": 2}"),
          Map.entry("previewTheInvoiceThatAChangeOfASubscriptionLeadsTo", "{\"quantity\": 2}"),
          Map.entry("pauseTheCollectionOfTheInvoicesOfASubscription", "{\"invoices\": \"void\"}"),
          Map.entry("createASubscription", "{\"customer\": \"cus_x\", \"price\": \"%s\"}"),
          Map.entry(
              "replaceTheEmailRouting",
              "{\"connections\": [\"{mail}\"], \"streams\": {\"news\": [\"{mail}\"]}}"),
          Map.entry("createASender", "{\"address\": \"more@walk.test\", \"name\": \"More\"}"),
          Map.entry("addASuppression", "{\"address\": \"gone@walk.test\", \"stream\": \"news\"}"),
          Map.entry(
              "importSuppressions",
              "{\"suppressions\": [{\"address\": \"a@walk.test\", \"reason\": \"bounced\"}]}"),
          Map.entry("resendAMessage", "{\"policy\": \"at_least_once\"}"),
          Map.entry("createAnEndpoint", "{\"url\": \"{sandbox}/hooks\", \"ordered\": true}"),
          Map.entry("updateAnEndpoint", "{\"description\": \"Ours\"}"),
          Map.entry("disableAnEndpoint", "{\"reason\": \"maintenance\"}"),
          Map.entry("rotateTheSigningKeyOfAnEndpoint", "{\"signing\": \"v1\"}"),
          Map.entry("replayManyDeliveries", "{\"state\": \"failed\", \"limit\": 10}"),
          Map.entry(
              "lookForEventsThatAProviderNeverSent",
              "{\"connection\": \"{stripe}\", \"since\": \"2026-11-24T10:00:00Z\"}"),
          Map.entry("replaceTheWebhookEndpointOfAConnectionAndItsSecret", "{\"overlap_hours\": 1}"),
          Map.entry("replayManyFacts", "{\"state\": \"dead\", \"limit\": 10}"),
          Map.entry("createATemplate", "{\"name\": \"made-by-the-walk\"}"),
          Map.entry(
              "declareTheVariablesOfATemplate",
              "{\"variables\": [{\"name\": \"x\", \"type\": \"text\", \"sample\": \"y\"}]}"),
          Map.entry(
              "writeADraftOfATemplate", "{\"subject\": \"Hi {{x}}\", \"text\": \"Hi {{x}}\"}"),
          Map.entry("previewATemplate", "{\"language\": \"en\", \"draft\": true}"),
          Map.entry("publishTheDraftsOfATemplateAsANewVersion", "{\"note\": \"first\"}"),
          Map.entry("sendATestOfATemplate", "{\"to\": \"ada@customer.test\", \"draft\": true}"),
          Map.entry(
              "replaceWhatStandsAroundTheMails",
              "{\"product\": \"Walk\", \"brand_color\": \"#1e40af\", \"language\": \"de\"}"),
          Map.entry(
              "sendAMessage",
              """
              {"template": "welcome", "to": "ada@customer.test", "data": {"customer_name": "Ada"},
               "attachments": [{"name": "a.txt", "content": "aGVsbG8="}]}
              """),
          Map.entry(
              "sendManyMessages",
              """
              {"template": "welcome",
               "messages": [{"to": "ada@customer.test", "data": {"customer_name": "Ada"}},
                            {"to": "nobody"}]}
              """));

  private RouteBodies() {}

  /// The body for an operation, by its id.
  static String of(String operation) {
    String body = BODIES.getOrDefault(operation, "");
    assertThat(body).as("say in RouteBodies what %s is called with", operation).isNotEmpty();
    return body;
  }
}

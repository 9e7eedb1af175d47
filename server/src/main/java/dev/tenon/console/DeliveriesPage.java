package dev.tenon.console;

import java.util.List;

/// The list of deliveries, with the endpoints that they go to.
///
/// @param rows one page of them
/// @param state the state that is asked for; empty for all
/// @param states those that can be asked for
/// @param endpoint the endpoint that is asked for; empty for all
/// @param endpoints all of the tenant, with how they fare
/// @param older the query of the next page; empty on the last
/// @param continued whether this is not the first page
/// @param create the command that makes an endpoint; empty when there is one
public record DeliveriesPage(
    List<DeliveryRow> rows,
    String state,
    List<String> states,
    String endpoint,
    List<EndpointRow> endpoints,
    String older,
    boolean continued,
    String create) {

  public DeliveriesPage {
    rows = List.copyOf(rows);
    states = List.copyOf(states);
    endpoints = List.copyOf(endpoints);
  }

  /// Whether anything narrows the list.
  public boolean narrowed() {
    return !state.isEmpty() || !endpoint.isEmpty();
  }

  /// An endpoint and how it fares.
  ///
  /// @param trouble what is the matter and what to do; empty while it is well
  public record EndpointRow(
      String id, Mark mark, String url, String description, String types, String trouble) {}
}

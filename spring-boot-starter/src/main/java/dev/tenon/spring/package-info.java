/// Tenon in a Spring Boot application: [TenonAutoConfiguration] makes the client of `tenon.*`, and
/// [TenonWebhookAutoConfiguration] an endpoint that hands events to beans.
@NullMarked
package dev.tenon.spring;

import org.jspecify.annotations.NullMarked;

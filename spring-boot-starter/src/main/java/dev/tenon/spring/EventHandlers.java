package dev.tenon.spring;

import dev.tenon.client.webhook.TenonEvent;
import java.util.ArrayList;
import java.util.List;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.AnnotationAwareOrderComparator;

/// The handlers of an application, each with the type of events that it declared.
final class EventHandlers {
  private final List<Handler<?>> handlers;

  private record Handler<E extends TenonEvent>(Class<E> type, TenonEventHandler<? super E> bean) {
    boolean offer(TenonEvent event) {
      if (!type.isInstance(event)) {
        return false;
      }
      bean.handle(type.cast(event));
      return true;
    }
  }

  private EventHandlers(List<Handler<?>> handlers) {
    this.handlers = handlers;
  }

  /// @throws IllegalStateException when a handler's type can't be told, which would leave it silent
  static EventHandlers of(ConfigurableListableBeanFactory beans) {
    List<Handler<?>> out = new ArrayList<>();
    for (String name : beans.getBeanNamesForType(TenonEventHandler.class)) {
      TenonEventHandler<?> bean = beans.getBean(name, TenonEventHandler.class);
      out.add(handler(name, bean, type(beans, name, bean)));
    }
    out.sort(
        (one, other) -> AnnotationAwareOrderComparator.INSTANCE.compare(one.bean(), other.bean()));
    return new EventHandlers(List.copyOf(out));
  }

  /// As the bean was declared, since a lambda's own class has forgotten it; else as its class says.
  private static ResolvableType type(
      ConfigurableListableBeanFactory beans, String name, TenonEventHandler<?> bean) {
    ResolvableType declared =
        beans.containsBeanDefinition(name)
            ? beans.getMergedBeanDefinition(name).getResolvableType().as(TenonEventHandler.class)
            : ResolvableType.NONE;
    ResolvableType event = declared.getGeneric(0);
    return event.getType() instanceof Class
        ? event
        : ResolvableType.forClass(TenonEventHandler.class, bean.getClass()).getGeneric(0);
  }

  @SuppressWarnings("unchecked") // The bean takes what its type parameter says.
  private static <E extends TenonEvent> Handler<E> handler(
      String name, TenonEventHandler<?> bean, ResolvableType type) {
    // A variable or a wildcard would resolve to its bound, and be handed what it can't take.
    Class<?> event = type.getType() instanceof Class ? type.resolve() : null;
    if (event == null || !TenonEvent.class.isAssignableFrom(event)) {
      throw new IllegalStateException(
          "the bean '%s' does not say which events it handles: declare it as TenonEventHandler<…>"
              .formatted(name));
    }
    return new Handler<>((Class<E>) event, (TenonEventHandler<? super E>) bean);
  }

  /// Calls every handler that fits; answers how many.
  int handle(TenonEvent event) {
    int fitting = 0;
    for (Handler<?> handler : handlers) {
      if (handler.offer(event)) {
        fitting++;
      }
    }
    return fitting;
  }
}

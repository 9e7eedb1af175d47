package dev.tenon.connector.template;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/// How much one rendering may do: lists within lists repeat their inside so often that a short
/// template and little data would keep a processor busy for years without writing a character. The
/// data carries the count, since the compiled template serves many threads at once.
final class Steps {
  /// Look-ups of names and turns of lists together; far more than a mail of a thousand rows needs.
  static final int MAX = 200_000;

  private int left = MAX;

  void take() {
    if (--left < 0) {
      throw new TooMany();
    }
  }

  /// There were more than [#MAX].
  static final class TooMany extends RuntimeException {
    private static final long serialVersionUID = 1;

    TooMany() {
      super("too many steps", null, false, false);
    }
  }

  /// A map in which every look-up counts.
  static final class CountedMap extends HashMap<String, Object> {
    private static final long serialVersionUID = 1;
    private final transient Steps steps;

    CountedMap(Steps steps) {
      this.steps = steps;
    }

    Steps steps() {
      return steps;
    }

    static void count(Map<?, ?> map) {
      if (map instanceof CountedMap counted) {
        counted.steps.take();
      }
    }
  }

  /// A list in which every turn counts.
  static final class CountedList extends ArrayList<Object> {
    private static final long serialVersionUID = 1;
    private final transient Steps steps;

    CountedList(Steps steps) {
      this.steps = steps;
    }

    static Iterator<?> turns(List<?> list) {
      Iterator<?> inner = list.iterator();
      if (!(list instanceof CountedList counted)) {
        return inner;
      }
      return new Iterator<Object>() {
        @Override
        public boolean hasNext() {
          return inner.hasNext();
        }

        @Override
        public Object next() {
          counted.steps.take();
          return inner.next();
        }
      };
    }
  }
}
